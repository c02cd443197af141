"""What a person sees, in a real browser: the API's documentation, without any other address being asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from infrastructure.bootstrap import Liuhen
from tests.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def address(liuhen: Liuhen) -> Iterator[str]:
    with serving(liuhen) as address:
        yield address


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium of the operating system is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        yield page
        browser.close()


def test_the_documentation_loads_from_here_alone(address: str, page: Page) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/docs")
    page.get_by_text("立项审批 approve a project (gate APPROVE)").wait_for()
    assert "留痕 Liuhen" in page.inner_text("h1, h2.title")
    assert page.locator(".opblock").count() > 50
    assert not errors
    assert all(url.startswith((address, "data:", "blob:")) for url in asked), asked
