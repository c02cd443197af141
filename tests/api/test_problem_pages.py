"""The type of every problem leads to a page that says what it means and what to do, in both languages."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.problem_pages import PAGES, as_markdown
from api.problems import MEDIA_TYPE, TITLES
from tests.api.conftest import Client
from tests.described import document

ROOT = Path(__file__).parents[2]


def test_every_type_has_its_page_and_the_docs_have_them_all(http: TestClient) -> None:
    assert PAGES.keys() == TITLES.keys()
    assert (ROOT / "docs/problems.md").read_text(encoding="utf-8") == as_markdown()
    listed = http.get("/problems")
    for kind, (status, title) in TITLES.items():
        page = http.get(f"/problems/{kind}")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert all(said in page.text for said in (title.zh, html.escape(title.en), str(status)))
        assert f'href="/problems/{kind}"' in listed.text
    assert http.get("/problems/none").json()["type"] == "/problems/not-found"
    assert http.get("/problems/%3Cscript%3E").status_code == 404


def test_the_address_in_a_problem_is_that_of_its_page(client: Client) -> None:
    answer = client.get("/nowhere")
    page = client.http.get(answer.json()["type"])
    assert page.status_code == 200
    assert answer.json()["title"] in page.text


def test_the_api_document_gives_problems_their_media_type() -> None:
    found = 0
    for methods in document()["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for media_type, told in answer.get("content", {}).items():
                    if told.get("schema") == {"$ref": "#/components/schemas/Problem"}:
                        found += 1
                        assert media_type == MEDIA_TYPE
    assert found > 100


@pytest.mark.parametrize(
    ("sent", "pointer", "zh", "en"),
    [
        ({"percent": "10"}, "/act/percent", "应为整数", "a whole number is needed"),
        ({"percent": False}, "/act/percent", "应为整数", "a whole number is needed"),
        ({"percent": 101}, "/act/percent", "不应大于100", "not more than 100"),
        ({"summary": 1}, "/act/summary", "应为文字", "a text is needed"),
        ({"a/b~c": 1}, "/act/a~1b~0c", "没有此字段", "there is no such field"),
    ],
)
def test_each_bad_field_is_pointed_at_in_the_readers_language(
    client: Client, sent: dict[str, Any], pointer: str, zh: str, en: str
) -> None:
    path = "/projects/00000000-0000-0000-0000-000000000001/progress"
    for language, told in (("zh-CN", zh), ("en", en)):
        answer = client.post(path, "2019-03-01", sent, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]
        assert answer.json()["errors"] == [{"pointer": pointer, "detail": told}]
