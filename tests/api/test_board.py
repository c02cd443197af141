"""The board on a day: exceptions and who granted them, tasks, supervision items, missed meetings, retries, traces."""

from __future__ import annotations

from typing import Any

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, OBLIGATION, SHARING, Client
from tests.stages import CERTIFICATE, OWNER

TASK = {
    "item": "完成系统迁移",
    "responsible_post": "信息中心主任",
    "due_on": "2019-06-30",
    "issuer": "县智慧办",
    "document_no": "源智〔2019〕1号",
}
ITEM = {"matter": "限期对接", "issuer": "县政府督查室", "document_no": "源督〔2019〕3号", "reply_due": "2019-05-31"}
EXCEPTION = {
    "rule": "G02",
    "reason": "省定专网",
    "deciding_body": "县领导小组",
    "document_no": "源智组〔2019〕2号",
    "expires_on": "2019-12-31",
}
MEETING = {
    "attendees": [{"organisation": "县智慧办"}],
    "agenda": [{"kind": "MAJOR_MATTER", "title": "项目"}],
    "minutes_document": "源智组纪〔2019〕1号",
}


def board(auditor: Client, name: str, on: str, **asked: Any) -> Any:
    return auditor.get("/supervision", on=on, **asked).json()["lists"][name]


def follow(auditor: Client, link: str) -> Any:
    return auditor.http.get(link, headers=auditor.headers)


def traced(auditor: Client, link: str) -> list[str]:
    answer = follow(auditor, link)
    assert answer.status_code == 200, answer.text
    return [e["topic"] for e in answer.json()["items"]]


def test_an_exception_says_who_granted_it_and_whether_it_holds(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file(categories=["GENERAL_HARDWARE"])["subject"]
    client.done(f"/projects/{project}/exceptions", "2019-02-01", EXCEPTION)
    other = client.file(categories=["GENERAL_HARDWARE"])["subject"]
    client.done(f"/projects/{other}/exceptions", "2019-02-02", {**EXCEPTION, "expires_on": None})
    gone = {"rule": "G02", "document_no": EXCEPTION["document_no"], "reason": "不再需要"}
    client.done(f"/projects/{other}/exceptions/revocation", "2019-03-01", gone)
    liuhen.engine.catch_up()

    def standing(on: str) -> list[tuple[str, bool]]:
        items = board(auditor, "exceptions", on)["items"]
        return [(i["deciding_body"], i["in_force"]) for i in items]

    assert standing("2019-01-31") == [("县领导小组", False)] * 2
    assert standing("2019-02-28") == [("县领导小组", True)] * 2
    assert standing("2019-03-01") == [("县领导小组", False), ("县领导小组", True)]
    assert standing("2020-01-01") == [("县领导小组", False)] * 2
    (body,) = board(auditor, "exceptions_by_body", "2019-03-01")["items"]
    assert [body[k] for k in ("rule", "exceptions", "projects", "in_force", "revoked")] == ["G02", 2, 2, 1, 1]
    granted = "project.exception_granted"
    assert traced(auditor, body["trace"]) == [granted, granted, "project.exception_revoked"]
    newest = board(auditor, "exceptions", "2019-03-01")["items"][0]
    assert traced(auditor, newest["trace"]) == [granted, "project.exception_revoked"]


def test_a_withdrawn_exception_leaves_the_board(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file(categories=["GENERAL_HARDWARE"])["subject"]
    granted = client.done(f"/projects/{project}/exceptions", "2019-02-01", EXCEPTION)["events"][0]
    liuhen.engine.catch_up()
    assert board(auditor, "exceptions", "2019-03-01")["total"] == 1
    client.done(f"/projects/{project}/corrections", "2019-03-02", {"version": granted["version"], "reason": "误录"})
    liuhen.engine.catch_up()
    assert board(auditor, "exceptions", "2019-03-01")["total"] == 0


def test_tasks_by_the_timetable_in_force_on_the_day(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.done(f"/units/{OWNER}/tasks", "2019-01-10", TASK)
    client.done(f"/units/{OWNER}/tasks", "2019-01-11", {**TASK, "item": "另一任务", "due_on": "2019-09-30"})
    later = {"task": 1, "due_on": "2019-08-31", "document_no": "源智〔2019〕9号", "reason": "等待省平台"}
    client.done(f"/units/{OWNER}/tasks/extended", "2019-07-10", later)
    client.done(f"/units/{OWNER}/tasks/completed", "2019-09-05", {"task": 1})
    liuhen.engine.catch_up()

    def due(on: str, **asked: Any) -> list[tuple[int, str, int]]:
        items = board(auditor, "tasks", on, **asked)["items"]
        return [(i["number"], i["due_on"], i["days_overdue"]) for i in items]

    assert due("2019-05-30") == []
    assert due("2019-06-30") == [(1, "2019-06-30", 0)]
    assert due("2019-07-09") == [(1, "2019-06-30", 9)], "a later extension excused an earlier delay"
    assert due("2019-07-10") == []
    assert due("2019-09-04") == [(1, "2019-08-31", 4), (2, "2019-09-30", 0)]
    assert due("2019-09-05") == [(2, "2019-09-30", 0)]
    assert due("2019-09-05", within_days=0) == []
    first = board(auditor, "tasks", "2019-09-04")["items"][0]
    assert traced(auditor, first["trace"]) == ["unit.task_assigned", "unit.task_extended", "unit.task_completed"]
    both = board(auditor, "tasks", "2019-09-04")["trace"]
    assert len(traced(auditor, both)) == 4


def test_supervision_items_by_their_rounds(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    path = f"/units/{OWNER}/supervision-items"
    client.done(path, "2019-05-01", ITEM)
    client.done(f"{path}/replies", "2019-06-05", {"item": 1, "reply": "已对接"})
    again = {"item": 1, "accepted": False, "reason": "未见测试", "reply_due": "2019-06-30"}
    client.done(f"{path}/verdicts", "2019-06-10", again)
    client.done(f"{path}/replies", "2019-06-20", {"item": 1, "reply": "附测试"})
    client.done(f"{path}/verdicts", "2019-06-25", {"item": 1, "accepted": True})
    liuhen.engine.catch_up()

    def state(on: str) -> list[tuple[int, str, int]]:
        items = board(auditor, "supervision_items", on)["items"]
        return [(i["round"], i["state"], i["days_overdue"]) for i in items]

    assert state("2019-04-30") == []
    assert state("2019-05-31") == [(1, "OPEN", 0)]
    assert state("2019-06-04") == [(1, "OVERDUE", 4)]
    assert state("2019-06-05") == [(1, "REPLIED", 0)]
    assert state("2019-06-10") == [(2, "OPEN", 0)]
    assert state("2019-06-20") == [(2, "REPLIED", 0)]
    assert state("2019-06-25") == []
    item = board(auditor, "supervision_items", "2019-06-10")["items"][0]
    assert len(traced(auditor, item["trace"])) == 5


def test_half_years_without_a_meeting(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.done("/county/meetings", "2019-03-01", MEETING)
    client.done("/county/meetings", "2019-12", MEETING)
    client.done("/county/meetings", "2020", MEETING)
    liuhen.engine.catch_up()

    def missed(on: str) -> list[str]:
        listed = [m["half_year"] for m in board(auditor, "missed_meetings", on)["items"]]
        halves = auditor.get("/county/half-years", on=on).json()
        assert listed == [h["half_year"] for h in halves if h["missed"]], "the state of the county says otherwise"
        return listed

    assert missed("2018-12-31") == []
    assert missed("2019-01-01") == ["2018H2"]
    assert missed("2019-12-31") == ["2018H2"]
    assert missed("2020-01-01") == ["2018H2"]
    # A meeting of which only the year is known was not certainly held in either half.
    assert missed("2021-01-01") == ["2018H2", "2020H1", "2020H2"]
    row = board(auditor, "missed_meetings", "2019-01-01")["items"][0]
    assert traced(auditor, row["trace"]) == ["county.meeting_held"] * 3


def test_refusals_are_told_with_their_retries(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    for day in ("10", "12"):
        client.post(f"/projects/{project}/approval", f"2019-01-{day}", APPROVAL)
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    passed = client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)["events"][0]["position"]
    refused = client.post(f"/projects/{project}/acceptance", "2019-02-25").json()["receipt"]
    liuhen.engine.catch_up()
    found = auditor.get("/supervision/refusals").json()["items"]
    assert [(r["gate"], r["attempt"], r["open"], r["passed_by"]) for r in found] == [
        ("ACCEPT", 1, True, None),
        ("APPROVE", 2, False, passed),
        ("APPROVE", 1, False, passed),
    ]
    assert traced(auditor, found[1]["trace"]) == ["project.approval_refused", "project.approved"]
    (blocked,) = auditor.get("/supervision/blocked").json()["items"]
    assert blocked["refusal_position"] == refused["events"][0]["position"]


def test_a_trace_is_asked_for_properly(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.done(f"/units/{OWNER}/connection-obligations", "2019-02-01", OBLIGATION)
    liuhen.engine.catch_up()
    listed = auditor.get("/supervision/sanctioned-units", on="2020-01-02").json()
    assert traced(auditor, listed["trace"]) == ["unit.connection_obligation_set"]
    assert traced(auditor, listed["items"][0]["trace"]) == ["unit.connection_obligation_set"]
    assert auditor.get("/trace/supervision/nothing").status_code == 404
    for bad in ("?on=2020-01-02&key=a", "?on=soon", "?on=2020-01-02&colour=red", ""):
        answer = follow(auditor, f"/v1/trace/supervision/sanctioned-units{bad}")
        assert answer.status_code == 422, bad
        assert answer.json()["errors"][0]["pointer"]
    past = auditor.get("/supervision/sanctioned-units", on="2020-01-02", as_of_position=1).json()
    assert (past["total"], follow(auditor, past["trace"]).json()["total"]) == (0, 0)


def test_a_paper_older_than_the_registration_of_its_system_hinders_no_board_of_a_day_between(
    client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    project = client.file()["subject"]
    system = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "老系统"})["events"][1]["stream_id"]
    client.done(f"/systems/{system}/level-filings", "2018-11-10", {"level": 3, "certificate_no": CERTIFICATE})
    liuhen.engine.catch_up()
    answer = auditor.get("/supervision", as_of_happened="2018-12-31")
    assert answer.status_code == 200, answer.text
