"""页面 Pages of the register, the board, the red flags and the money over HTTP, of 200,000 projects beside 2,000.

The views are filled in SQL. Each page is read by one client, the two services in turn; of every group the page that
grows most with the county is reported, and how much each grew stands beside it. This bench runs only when it is named:
filling takes minutes.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from statistics import median
from urllib.parse import quote

from bench.measuring import Figure, Sample, Scale, Side, Standard, figure, interleave
from bench.posting import Service, started
from bench.report import Report
from bench.servers import Server

SMALLER = 100
"""The small county has so many times fewer projects: 2,000 beside 200,000."""
AT_MOST_TWICE = Standard(0.5, 0.77)
"""A page of the large county may take at most twice as long as that of the small one, better 1.3 times."""
SIDE = "pages"
_ON = "2026-01-01"

PAGES: dict[str, dict[str, str]] = {
    "register": {
        "first page": "/v1/register/projects",
        "a common word": f"/v1/register/projects?q={quote('智慧')}",
        "a number": "/v1/register/projects?q=ZH-001234",
        "English": "/v1/register/projects?q=video+conference",
        "a unit's name": f"/v1/register/projects?q={quote('单位123')}",
        "of a unit": "/v1/register/projects?unit=U123",
        "of a stage": "/v1/register/projects?stage=FILED",
        "of a rare stage": "/v1/register/projects?stage=ACCEPTED",
        "of a category": "/v1/register/projects?category=OTHER",
        "of a rare category": "/v1/register/projects?category=VIDEO_CONFERENCE",
        "of a source": "/v1/register/projects?source=uk-gmpp",
        "by amount": "/v1/register/projects?least_yuan=100&most_yuan=150",
        "above an amount": "/v1/register/projects?least_yuan=100",
        "units": "/v1/register/units",
        "units by name": f"/v1/register/units?q={quote('单位')}",
    },
    "board": {
        "board": f"/v1/supervision?on={_ON}",
        **{
            name: f"/v1/supervision/{name}?on={_ON}"
            for name in ("blocked", "overdue", "out-of-order", "exceptions", "sanctioned-units", "tasks")
        },
        "refusals": "/v1/supervision/refusals",
        "exceptions-by-body": f"/v1/supervision/exceptions-by-body?on={_ON}",
        "supervision-items": f"/v1/supervision/supervision-items?on={_ON}",
        "late-entries": "/v1/supervision/late-entries",
    },
    "red_flags": {
        "newest": "/v1/red-flags",
        "of a rule": "/v1/red-flags?rule=R04",
        "that stand": "/v1/red-flags?status=STANDS",
        "of a unit": "/v1/red-flags?unit=U123",
        "rules": "/v1/red-flags/rules",
    },
    "money": {
        "lines": "/v1/money/lines",
        "lines of a unit": "/v1/money/lines?unit=U123",
        "lines of a year": "/v1/money/lines?year=2019",
        "movements": "/v1/money/movements",
        "years": "/v1/money/years",
        "units": "/v1/money/units",
        "sources": "/v1/money/sources",
        "purposes": "/v1/money/purposes",
        "operation-shares": "/v1/money/operation-shares",
        "stages": "/v1/money/stages",
        "drifts": "/v1/money/drifts?exceeding=true",
    },
}
"""Pages by group: what the auditor reads."""


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure how much longer each page of a large county takes than that of a small one."""
    large = scale.listed
    small = max(1, large // SMALLER)
    with ExitStack() as stack:
        sides: dict[str, Side] = {}
        for name, projects in (("large", large), ("small", small)):
            began = time.monotonic()
            service = stack.enter_context(started(own, SIDE, replace(scale, projects=projects)))
            sides[name] = stack.enter_context(_reading(service))
            report.note(f"填入{projects:,}个项目 filled with projects: {time.monotonic() - began:.0f} s")
        samples = interleave(sides, scale)
    settings = {"projects": large, "baseline_projects": small}
    for group, pages in PAGES.items():
        made = {
            page: figure(f"pages.{group}", "ms", samples, path, of="large", beside="small", better="lower",
                         standard=AT_MOST_TWICE, settings=settings)
            for page, path in pages.items()
        }  # fmt: skip
        worst = min(made, key=lambda page: _ratio(made[page]))
        times = {page: round(1 / _ratio(one), 2) for page, one in made.items()}
        report.add(replace(made[worst], settings={**made[worst].settings, "page": worst, "times_as_long": times}))


def _ratio(made: Figure) -> float:
    assert made.ratio is not None
    return made.ratio


@contextmanager
def _reading(service: Service) -> Iterator[Side]:
    """A client that reads every page, again and again for the seconds of a round; by path the median milliseconds."""
    told = service.listening()
    paths = [path for pages in PAGES.values() for path in pages.values()]
    headers = {"Authorization": f"Bearer {told['token']}"}
    client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=60)

    def side(seconds: float) -> Sample:
        took: dict[str, list[float]] = {path: [] for path in paths}
        ends = time.perf_counter() + seconds
        while True:
            for path in paths:
                began = time.perf_counter()
                client.request("GET", path, headers=headers)
                answer = client.getresponse()
                body = answer.read()
                took[path].append((time.perf_counter() - began) * 1000)
                if answer.status != 200:
                    raise RuntimeError(f"{path}: {answer.status} {body.decode(errors='replace')[:1000]}")
            if time.perf_counter() >= ends:
                return {path: median(times) for path, times in took.items()}

    try:
        yield side
    finally:
        client.close()
