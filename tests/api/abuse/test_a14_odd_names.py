"""A14: what a paper is called is only data: it is kept under its digest, and no name leads out of a header or a folder."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import Client

TITLES = [
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\x.dll",
    "/etc/cron.d/x",
    "C:\\x",
    "%2e%2e%2f%2e%2e%2fx",
    "..",
    ".",
    "~root/.ssh/authorized_keys",
    "CON",
    "COM1.pdf",
    "NUL",
    "a.pdf:stream",
    "a.pdf.exe ",
    "批复\u202efdp.exe",
    "批复\u2066.exe",
    '"; filename="evil.html',
    "x'; filename*=UTF-8''evil.html",
    "\u2028Set-Cookie: a=b",
    "\u0085X-Evil: 1",
    "<script>alert(1)</script>.html",
    "=HYPERLINK(1)",
    "$(id)",
    "`id`",
    "\U0001f4a5" * 300,
    "长" * 300,
    "a\r\nSet-Cookie: a=b",
    "a\nX-Evil: 1",
    "a\tb",
    "",
]
REFUSED = ["a\x00.pdf", "\x1b[2J", "a\x07b", "a\x7fb"]
FORM = r"attachment; filename=\"{}\"; filename\*=UTF-8''([A-Za-z0-9_.~%-]+)"


def handed_in(client: Client, number: int) -> tuple[str, bytes]:
    """A paper of its own for each name."""
    content = b"%PDF-1.7\n" + str(number).encode()
    digest = hashlib.sha256(content).hexdigest()
    assert client.http.put(f"/v1/documents/{digest}", content=content, headers=client.headers).status_code == 201
    return digest, content


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    return str(client.file()["subject"])


def test_a_name_stays_in_its_header(client: Client, auditor: Client, liuhen: Liuhen, project: str) -> None:
    papers = [(title.strip(), *handed_in(client, number)) for number, title in enumerate(TITLES)]
    for title, (_, digest, _) in zip(TITLES, papers, strict=True):
        evidence = [{"sha256": digest, "title": title}]
        client.done(f"/projects/{project}/progress", "2019-03-01", {"percent": 1}, evidence=evidence)
    liuhen.engine.catch_up()
    for title, digest, content in papers:
        answer = auditor.http.get(f"/v1/documents/{digest}", headers=auditor.headers)
        told = re.fullmatch(FORM.format(digest), answer.headers["content-disposition"])
        assert told is not None, (title, answer.headers["content-disposition"])
        assert unquote(told[1]) == (title or digest)[:100]
        assert answer.content == content
        assert not {"set-cookie", "x-evil"} & set(answer.headers)
    listed = auditor.every(f"/projects/{project}/documents")
    assert [(row["title"], row["sha256"]) for row in listed] == [(title, digest) for title, digest, _ in papers]
    kept = {"".join(p.parts[-2:]) for p in liuhen.papers.store.incoming.parent.rglob("*") if p.is_file()}
    assert kept == {digest for _, digest, _ in papers}


def test_a_name_with_control_characters_is_none(client: Client, project: str) -> None:
    digest, _ = handed_in(client, 0)
    for title in REFUSED:
        evidence = [{"sha256": digest, "title": title}]
        answer = client.post(f"/projects/{project}/progress", "2019-03-01", {"percent": 1}, evidence=evidence)
        assert answer.status_code == 422, title
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/evidence/0/title"]
