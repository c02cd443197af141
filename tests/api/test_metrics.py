"""What is counted: answers, problems by type, commits; where each process has its place."""

from __future__ import annotations

import json
import os
from dataclasses import replace

from fastapi import FastAPI

from infrastructure.bootstrap import Liuhen
from infrastructure.counting import Board
from tests.api.conftest import Client
from tests.metrics import Samples, by_worker, samples


def metrics(client: Client) -> Samples:
    return samples(client.http.get("/metrics").text)


def test_what_holds_requests_up_is_counted_by_type(client: Client, app: FastAPI, liuhen: Liuhen) -> None:
    app.state.liuhen = replace(liuhen, settings=liuhen.settings.model_copy(update={"rate_limit": 3}))
    assert [client.get("/rule-sets").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    found = metrics(client)
    assert by_worker(found, "liuhen_problems_total", type="too-many-requests") == {"0": 2}
    assert by_worker(found, "liuhen_answers_total", status="429") == {"0": 2}


def test_failures_of_rows_are_counted_and_commits_timed(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    before = metrics(client)
    path = f"/v1/projects/{project}/progress"
    rows = [
        {"path": path, "idempotency_key": str(n), "if_match": "*", "happened_on": "2019-03-01", "act": {"percent": n}}
        for n in (1, 101, 102)
    ]
    headers = {**client.headers, "Content-Type": "application/x-ndjson"}
    content = "\n".join(map(json.dumps, rows))
    assert client.http.post("/v1/batch", content=content, headers=headers).status_code == 200
    after = metrics(client)

    def more(name: str, **labels: str) -> float:
        return sum(by_worker(after, name, **labels).values()) - sum(by_worker(before, name, **labels).values())

    assert more("liuhen_problems_total", type="bad-request-body") == 2
    assert more("liuhen_saves_total") == more("liuhen_commit_seconds_count") == 1
    assert more("liuhen_commit_seconds_bucket", le="+Inf") == 1
    assert more("liuhen_commit_seconds_sum") > 0


def test_a_board_is_one_memory_for_all_of_its_processes() -> None:
    board = Board(3)
    other = Board(3, os.dup(board.file))
    board.place(0).answered(200)
    other.place(1).answered(200)
    other.place(1).answered(9999)  # no status: nothing is written anywhere
    board.close()
    told = {name: sum(values) for name, values in board.places()}
    assert told == {"0": 1, "1": 1, "keeper": 0}
    assert told == {name: sum(values) for name, values in other.places()}
