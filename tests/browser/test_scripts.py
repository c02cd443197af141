"""A12: a text of the record that looks like a script is a text: in a real browser, nothing of it runs."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.browser.test_documentation import address, page  # noqa: F401 (fixtures)

SCRIPT = '<script>window.ran = true</script><img src=x onerror="window.ran = true"><svg onload="window.ran = true">'


@pytest.fixture
def token(liuhen: Liuhen) -> str:
    return Issuer(liuhen.settings.data_dir).issue(Holder("x", "某单位", frozenset(set(Role))), days=1)


def test_no_answer_runs_a_script(address: str, page: Page, token: str) -> None:  # noqa: F811
    page.goto(f"{address}/livez")
    filed = page.request.post(
        f"{address}/v1/units",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k"},
        data={"happened_on": "2018-10-01", "act": {"uscc": "113703230042123426", "name": SCRIPT[:200],
                                                   "kind": "COUNTY_DEPT", "division": "370323"}},
    )  # fmt: skip
    assert filed.status == 201, filed.text()
    page.set_extra_http_headers({"Authorization": f"Bearer {token}"})
    for path in (
        "/v1/units/113703230042123426",
        "/v1/units/113703230042123426/history",
        f"/v1/rule-sets/{quote(SCRIPT, safe='')}",
        f"/{quote(SCRIPT, safe='')}",
        f"/problems/{quote(SCRIPT, safe='')}",
        "/problems/gate-refused",
        f"/docs?x={quote(SCRIPT, safe='')}#{quote(SCRIPT, safe='')}",
    ):
        page.goto(f"{address}{path}")
        assert page.evaluate("window.ran === undefined"), path
        assert page.locator("svg[onload], img[onerror]").count() == 0


def test_even_a_script_that_got_into_a_page_does_not_run(address: str, page: Page) -> None:  # noqa: F811
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    for path in ("/problems/gate-refused", "/docs"):
        page.goto(f"{address}{path}")
        page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.ran = true';"
            " document.body.append(s); document.body.insertAdjacentHTML('beforeend',"
            " '<img src=x onerror=\"window.ran = true\">'); }"
        )
        page.wait_for_function("() => true")
        assert page.evaluate("window.ran === undefined"), path
    assert len(refused) >= 2
