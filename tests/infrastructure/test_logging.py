"""Logs are JSON lines: one record a line whatever is in it, with the request id, and without what must stay secret."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from typing import Any

import pytest
import structlog

from infrastructure.logging import configure_logging


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    configure_logging("INFO")
    structlog.contextvars.bind_contextvars(request_id="r-1")
    try:
        structlog.get_logger("a").info("b.happened", text="one\r\ntwo\x1b[31m")
        logging.getLogger("library").warning("from the library")
        secret = "the token"  # noqa: F841 (it must not be logged)
        try:
            int("reason")
        except ValueError as error:
            structlog.get_logger("a").error("b.failed", exc_info=error)
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        structlog.contextvars.clear_contextvars()


def test_one_record_a_line_with_the_request_id(lines: list[dict[str, object]]) -> None:
    assert [line["event"] for line in lines] == ["b.happened", "from the library", "b.failed"]
    assert {line["request_id"] for line in lines} == {"r-1"}
    assert lines[0]["text"] == "one\r\ntwo\x1b[31m"


def test_an_error_is_told_without_local_variables(lines: list[dict[str, object]]) -> None:
    assert "ValueError" in json.dumps(lines[2])
    assert "the token" not in json.dumps(lines[2])


def test_work_goes_on_when_nobody_takes_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_logging("INFO")
    gone = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stderr", gone)
    gone.close()
    structlog.get_logger("a").info("b.happened")


def test_lines_of_one_turn_of_a_loop_are_written_together_and_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure_logging("INFO")
    writes: list[bytes] = []

    class Noted(io.BytesIO):
        def write(self, data: Any) -> int:
            writes.append(bytes(data))
            return len(data)

    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(Noted()))

    async def turns() -> None:
        log = structlog.get_logger("a")
        log.info("first.happened")
        log.info("second.happened")
        assert writes == []
        await asyncio.sleep(0)
        log.info("third.happened")
        log.warning("fourth.happened")  # not held, and not before what is

    asyncio.run(turns())
    told = [[json.loads(line)["event"] for line in written.splitlines()] for written in writes]
    assert told == [["first.happened", "second.happened"], ["third.happened", "fourth.happened"]]


def test_a_line_goes_to_where_standard_error_is_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ran a command in this process may have closed the stream that was there then."""
    gone, now = (io.TextIOWrapper(io.BytesIO()) for _ in range(2))
    monkeypatch.setattr(sys, "stderr", gone)
    configure_logging("INFO")
    gone.close()
    monkeypatch.setattr(sys, "stderr", now)
    logging.getLogger("library").warning("from the library")
    structlog.get_logger("a").info("b.happened")
    now.seek(0)
    assert [json.loads(line)["event"] for line in now] == ["from the library", "b.happened"]


def test_a_line_that_a_thread_writes_between_two_tests_is_captured(
    capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    configure_logging("INFO")
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capsys.disabled():  # as pytest is then
        thread = threading.Thread(target=lambda: structlog.get_logger("a").info("b.happened"))
        thread.start()
        thread.join()
    assert capture is not None
    assert '"event":"b.happened"' in capture.read_global_capture().err
