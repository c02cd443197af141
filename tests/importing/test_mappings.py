"""Files as they really come: real editions, and the ways in which files go wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from application.importing import MAPPINGS, FileFault, ImportReport, RowFault, import_file
from application.importing.mapping import MappedRow, read_rows
from application.importing.world_bank import millions
from application.ports import Desk
from domain.evolve import fold
from domain.project import Knowledge, Milestone, Project
from domain.recorded import Actor, Role
from domain.streams import StreamKind, imported_project_id
from tests.memory import memory_desk

ACTOR = Actor(account="t", organisation="测试", role=Role.SMART_OFFICE)
WORLD_BANK = MAPPINGS["world-bank"]
AUSTRALIA = MAPPINGS["australia"]
EDITIONS = {
    "2024": "au_digital_projects_2024-02.csv",
    "2025": "au_mdpr_2025-03.csv",
    "2026": "au_mdpr_2026-02.csv",
}


def australian(shared: Path, year: str) -> bytes:
    return (shared / "data/au-digital-projects" / EDITIONS[year]).read_bytes()


def mapped(mapping_name: str, data: bytes) -> list[MappedRow]:
    mapping = MAPPINGS[mapping_name]
    columns, rows = read_rows(mapping, data)
    edition = mapping.edition_of(columns)
    return [row for _, cells in rows if (row := mapping.map_row(cells, edition)) is not None]


@pytest.fixture(scope="module")
def world_bank(shared: Path) -> list[MappedRow]:
    data = (shared / "data/wb-digital-governance/wb_digital_governance_projects_2022-10.csv").read_bytes()
    return mapped("world-bank", data)


def stated(row: MappedRow, milestone: Milestone) -> list[str]:
    return [f.raw for f in row.facts if f.milestone is milestone and f.knowledge is Knowledge.STATED]


def test_the_world_banks_file(world_bank: list[MappedRow]) -> None:
    assert len({r.origin.key for r in world_bank}) == len(world_bank) == 1449
    pipeline = [r for r in world_bank if stated(r, Milestone.STATUS) == ["Pipeline"]]
    assert len(pipeline) == 70
    assert all(stated(r, Milestone.APPROVAL_PLANNED) and not stated(r, Milestone.APPROVED) for r in pipeline)
    both = [r for r in world_bank if stated(r, Milestone.EVALUATED_OWN) and stated(r, Milestone.EVALUATED_INDEPENDENT)]
    assert len(both) == 925
    assert sum(stated(r, Milestone.EVALUATED_OWN) != stated(r, Milestone.EVALUATED_INDEPENDENT) for r in both) == 313
    five = (Milestone.FILED, Milestone.APPROVED, Milestone.FUNDED, Milestone.END_PLANNED)
    ends = (Milestone.ENDED, Milestone.END_REVISED)
    assert sum(all(stated(r, m) for m in five) and any(stated(r, e) for e in ends) for r in world_bank) == 1355
    assert sum(r.origin.area == "China" for r in world_bank) == 26


def test_amounts_are_exact_to_the_cent_and_the_raw_text_is_kept(world_bank: list[MappedRow]) -> None:
    first = next(r for r in world_bank if r.origin.key == "P006661")
    disbursed = next(f for f in first.facts if f.milestone is Milestone.DISBURSED)
    assert disbursed.amount is not None
    assert (disbursed.amount.fen, disbursed.amount.currency, disbursed.raw) == (11_887_773_600, "USD", "118.877736")


@pytest.mark.parametrize(("year", "count"), [("2024", 91), ("2025", 136), ("2026", 124)])
def test_the_australian_editions(shared: Path, year: str, count: int) -> None:
    rows = mapped("australia", australian(shared, year))
    assert len({r.origin.key for r in rows}) == len(rows) == count
    assert {r.origin.source for r in rows} == {f"au-dta-{year}"}


def test_editions_of_a_record_without_ids_are_not_merged(shared: Path) -> None:
    """Equal names are only a hint; to say that they are the same project is for a person."""
    names = {year: {r.origin.name.lower() for r in mapped("australia", australian(shared, year))} for year in EDITIONS}
    assert [len(names["2024"] & names["2025"]), len(names["2025"] & names["2026"])] == [31, 34]


def test_what_is_withheld_is_not_unknown(shared: Path) -> None:
    for year in EDITIONS:
        for row in mapped("australia", australian(shared, year)):
            for fact in row.facts:
                assert (fact.knowledge is Knowledge.WITHHELD) == (fact.raw.strip().lower() == "nfp"), fact
    statuses = Counter(stated(r, Milestone.STATUS)[0] for r in mapped("australia", australian(shared, "2026")))
    assert statuses == {"Active": 103, "Closed": 18, "Paused": 2, "Paused (Digital Budget)": 1}


def test_dates_are_as_exact_as_stated(shared: Path) -> None:
    starts = [
        f for r in mapped("australia", australian(shared, "2026")) for f in r.facts if f.milestone is Milestone.STARTED
    ]
    assert {f.on.precision for f in starts if f.on} == {"MONTH"}
    assert [f.raw for f in starts if f.on is None] == ["NFP"]


def test_ratings_are_the_agencys_own_before_2025(shared: Path) -> None:
    for row in mapped("australia", australian(shared, "2026")):
        for fact in row.facts:
            if fact.scale is not None:
                own = fact.milestone is Milestone.EVALUATED_OWN
                assert own == (fact.text == "2024"), fact


# What follows is made up: the ways in which files go wrong.

HEADER = ",".join(WORLD_BANK.required)


def line(**cells: str) -> str:
    row = {"Project ID": "P1", "Project Name": "Name", "Country": "China", "Status": "Closed"} | cells
    return ",".join(row.get(c, "") for c in WORLD_BANK.required)


def imported(desk: Desk, *lines: str, dry_run: bool = False, encoding: str = "utf-8") -> ImportReport:
    data = "\r\n".join([HEADER, *lines]).encode(encoding)
    return import_file(desk, WORLD_BANK, data, ACTOR, dry_run=dry_run, progress=None)


@pytest.fixture
def desk() -> Desk:
    return memory_desk()


def test_a_bad_row_is_reported_and_the_rest_goes_in(desk: Desk) -> None:
    report = imported(
        desk,
        line(),
        line(**{"Project ID": "P2", "Approval": "soon"}),
        line(**{"Project ID": "P3", "ICR Out": "A+"}),
        line(**{"Project ID": "P4", "Tot Disb ($m)": "a lot"}),
        line(**{"Project ID": ""}),
        line(**{"Project ID": "P6", "Status": "Dropped"}),
        line(),
        line(**{"Project ID": "P8"}) + ",surplus",
        ",".join([""] * len(WORLD_BANK.required)),
        line(**{"Project ID": "P10"}),
    )
    told = [(f.row, f.column, f.value) for f in report.faults]
    assert told == [
        (3, "Approval", "soon"),
        (4, "ICR Out", "A+"),
        (5, "Tot Disb ($m)", "a lot"),
        (6, "Project ID", ""),
        (7, "Status", "Dropped"),
        (8, "-", "P1"),
        (9, "-", "surplus"),
    ]
    assert all(f.reason.zh and f.reason.en for f in report.faults)
    assert (report.new, report.skipped) == (2, 1)
    assert desk.ledger.position() == 2


def test_again_changes_nothing_and_a_changed_row_is_an_update(desk: Desk) -> None:
    imported(desk, line(), line(**{"Project ID": "P2"}))
    again = imported(desk, line(), line(**{"Project ID": "P2"}))
    assert (again.new, again.updated, again.unchanged) == (0, 0, 2)
    assert desk.ledger.position() == 2
    changed = imported(desk, line(**{"ICR Out": "MS"}), line(**{"Project ID": "P2"}))
    assert (changed.updated, changed.unchanged) == (1, 1)
    history = desk.ledger.read(StreamKind.PROJECT, imported_project_id("world-bank-dg", "P1"))
    assert len(history) == 2


def test_a_dry_run_counts_and_writes_nothing(desk: Desk) -> None:
    report = imported(desk, line(), line(**{"Project ID": "P2", "Approval": "soon"}), dry_run=True)
    assert (report.new, len(report.faults), report.dry_run) == (1, 1, True)
    assert desk.ledger.position() == 0


def test_what_is_imported_has_passed_no_gate(desk: Desk) -> None:
    imported(desk, line(**{"Concept Note": "2001-01-01", "Approval": "2002-01-01", "Rev Closing Dt": "2003-01-01"}))
    identity = imported_project_id("world-bank-dg", "P1")
    project = fold(Project(id=identity), desk.ledger.read(StreamKind.PROJECT, identity))
    assert (project.filing, project.approval, project.acceptance, project.stage) == (None, None, None, "HISTORICAL")


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_byte_order_marks_semicolons_and_tabs(desk: Desk, encoding: str, delimiter: str) -> None:
    data = "\n".join([HEADER, line(**{"Project Name": "Ação"})]).replace(",", delimiter).encode(encoding)
    report = import_file(desk, WORLD_BANK, data, ACTOR, dry_run=False, progress=None)
    assert report.new == 1


def test_a_workbook_is_named_as_such(desk: Desk) -> None:
    """It was read as Windows text, and columns were said to lack."""
    with pytest.raises(FileFault, match="CSV（UTF-8）"):
        import_file(desk, WORLD_BANK, b"PK\x03\x04\x14", ACTOR, dry_run=True, progress=None)


def test_windows_encoding(desk: Desk) -> None:
    imported(desk, line(**{"Project Name": "Australia’s"}), encoding="cp1252")
    history = desk.ledger.read(StreamKind.PROJECT, imported_project_id("world-bank-dg", "P1"))
    assert history[0].event.model_dump()["origin"]["name"] == "Australia’s"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Project ID"),
        (HEADER.replace("Status,", "").encode(), "Status"),
        (HEADER.encode() + b'\nP1,"open', "第2行"),
        (b"\x00\xff\xfe\x81\x8d", "编码|缺少列"),
    ],
)
def test_a_file_of_another_kind_says_what_is_wrong(desk: Desk, data: bytes, told: str) -> None:
    with pytest.raises(FileFault, match=told):
        import_file(desk, WORLD_BANK, data, ACTOR, dry_run=False, progress=None)
    assert desk.ledger.position() == 0


def test_a_file_that_breaks_off_records_nothing_of_its_good_rows(desk: Desk) -> None:
    with pytest.raises(FileFault):
        imported(desk, line(), 'P2,"open')
    assert desk.ledger.position() == 0


def test_progress_is_told(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    data = "\n".join([HEADER, line(), line(**{"Project ID": "P2"})]).encode()
    import_file(desk, WORLD_BANK, data, ACTOR, dry_run=True, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


def test_more_rows_than_go_at_once_are_all_brought_in_and_told_in_order(desk: Desk) -> None:
    lines = [line(**{"Project ID": f"P{n}"} | ({"Approval": "soon"} if n % 100 == 0 else {})) for n in range(600)]
    report = imported(desk, *lines)
    assert (report.new, [f.row for f in report.faults]) == (594, [2, 102, 202, 302, 402, 502])
    assert imported(desk, *lines).unchanged == 594
    assert desk.ledger.position() == 594


def test_a_row_whose_project_moved_meanwhile_is_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    together = type(desk.ledger).record_each

    def after_another_import(ledger: object, events: list[object]) -> object:
        monkeypatch.undo()
        imported(desk, line())
        return together(ledger, events)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.ledger), "record_each", after_another_import)
    report = imported(desk, line(), line(**{"Project ID": "P2"}))
    assert (report.new, report.unchanged) == (1, 1)
    assert desk.ledger.position() == 2


def australian_row(**cells: str) -> MappedRow | None:
    row = {
        "Agency": "A",
        "Tier": "1",
        "Project name": "N",
        "DCA 2027": "",
        "Project end date": "",
        "Delivery status": "",
    }
    columns = tuple(row)
    return AUSTRALIA.map_row(row | cells, AUSTRALIA.edition_of(columns))


def test_a_further_australian_edition_needs_no_code() -> None:
    row = australian_row(**{"DCA 2027": "Medium High", "Project end date": "June 2029", "Delivery status": "Closed"})
    assert row is not None
    assert row.origin.edition == "2027"
    assert {(f.milestone, f.grade or str(f.on)) for f in row.facts if f.milestone is not Milestone.STATUS} == {
        (Milestone.EVALUATED_INDEPENDENT, "Medium-High"),
        (Milestone.ENDED, "2029-06"),
    }


def test_unreadable_dates_are_kept_and_unknown_ratings_refused() -> None:
    row = australian_row(**{"Project end date": "mid 2029"})
    assert row is not None
    assert [(f.knowledge, f.raw) for f in row.facts] == [(Knowledge.UNREADABLE, "mid 2029")]
    with pytest.raises(RowFault) as fault:
        australian_row(**{"DCA 2027": "Great"})
    assert (fault.value.column, fault.value.value) == ("DCA 2027", "Great")
    with pytest.raises(RowFault):
        australian_row(Agency="")
    assert australian_row(Agency="", Tier="", **{"Project name": ""}) is None


@pytest.mark.parametrize(("raw", "fen"), [("1,234.5", 123_450_000_000), ("1234.5", 123_450_000_000)])
def test_commas_between_thousands_are_read(raw: str, fen: int) -> None:
    assert millions(raw, "USD", "Tot WB ($m)").fen == fen


@pytest.mark.parametrize("raw", ["1,5", "12,34", "1,2345", ",5", "1,,000", "1.234,5", "0,001,5"])
def test_a_comma_elsewhere_is_refused_and_never_makes_an_amount_larger(raw: str) -> None:
    with pytest.raises(RowFault, match="thousands"):
        millions(raw, "USD", "Tot WB ($m)")


def test_a_column_named_twice_is_a_fault_of_the_file() -> None:
    header = ",".join((*WORLD_BANK.required, "Status"))
    with pytest.raises(FileFault, match="Status"):
        read_rows(WORLD_BANK, f"{header}\n".encode())


def test_a_rating_of_an_impossible_year_is_a_fault_of_the_file() -> None:
    columns, _ = read_rows(AUSTRALIA, b"Agency,Tier,Project name,DCA 0000\n")
    with pytest.raises(FileFault, match="0000"):
        AUSTRALIA.edition_of(columns)


UK = MAPPINGS["united-kingdom"]
UK_HEADER = "report_year,gmpp_id,project_name,department,category,ipa_dca,sro_dca,start_date,end_date,end_date_raw"


def british(desk: Desk, *lines: str) -> ImportReport:
    return import_file(desk, UK, "\n".join([UK_HEADER, *lines]).encode(), ACTOR, dry_run=False, progress=None)


@pytest.fixture(scope="module")
def uk(shared: Path) -> list[MappedRow]:
    return mapped("united-kingdom", (shared / "data/uk-gmpp/uk_gmpp_2014_2023_union.csv").read_bytes())


def test_the_british_file(uk: list[MappedRow]) -> None:
    years = Counter(r.origin.edition for r in uk)
    assert [years[str(y)] for y in range(2014, 2024)] == [199, 188, 143, 143, 133, 133, 125, 184, 235, 244]
    assert len({r.origin.key for r in uk if r.origin.source == "uk-gmpp"}) == 342
    assert Counter(r.origin.area for r in uk)["ICT"] == 142
    assert len({(r.origin.source, r.origin.key) for r in uk if r.origin.area == "ICT"}) == 79
    assert sum(any(f.basis for f in r.facts) for r in uk) == 221
    grades = {(f.scale, f.grade) for r in uk for f in r.facts if f.grade}
    assert {g for scale, g in grades if scale == "uk-dca-3"} == {"Green", "Amber", "Red"}
    assert {g for scale, g in grades if scale == "uk-dca-5"} == {"Green", "Amber/Green", "Amber", "Amber/Red", "Red"}
    assert all(
        f.scale == ("uk-dca-3" if r.origin.edition >= "2022" else "uk-dca-5") for r in uk for f in r.facts if f.grade
    )


def test_years_of_one_project_are_told_in_their_order_and_again_change_nothing(desk: Desk) -> None:
    lines = [
        "2023,A_0001_1920-Q1,Alpha,HO,ICT,,Amber,2019-04-01,2026-03-31,31/03/2026",
        "2022,A_0001_1920-Q1,Alpha,HO,ICT,Red,,2019-04-01,2025-03-31,31/03/2025",
        "2019,,Alpha,HO,ICT,Amber/ red,,2019-04-01,2024-03-31,31/03/2024",
    ]
    report = british(desk, *lines)
    assert (report.new, report.updated, report.edition, report.faults) == (2, 1, "2019–2023", ())
    again = british(desk, *lines)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 3)
    identity = imported_project_id("uk-gmpp", "A_0001_1920-Q1")
    history = desk.ledger.read(StreamKind.PROJECT, identity)
    assert [str(e.happened_on) for e in history] == ["2022", "2023"]
    project = fold(Project(id=identity), history)
    assert project.origin is not None
    assert project.origin.edition == "2023"
    filed = next(f for f in project.history if f.milestone is Milestone.FILED)
    assert (str(filed.on), filed.raw) == ("2019-04", "A_0001_1920-Q1")


def test_an_older_edition_brought_in_later_does_not_speak_for_the_project(desk: Desk) -> None:
    british(desk, "2023,A_1,Alpha,HO,ICT,,Amber,,2026-03-31,")
    assert british(desk, "2022,A_1,Alpha (old),HO,ICT,Red,,,2025-03-31,").updated == 1
    identity = imported_project_id("uk-gmpp", "A_1")
    project = fold(Project(id=identity), desk.ledger.read(StreamKind.PROJECT, identity))
    assert project.origin is not None
    assert (project.origin.name, len(project.editions)) == ("Alpha", 2)
    # What an edition last said may be said again, and what it said before may come back.
    assert british(desk, "2022,A_1,Alpha (new),HO,ICT,Red,,,2025-03-31,").updated == 1
    assert british(desk, "2022,A_1,Alpha (old),HO,ICT,Red,,,2025-03-31,").updated == 1
    assert british(desk, "2022,A_1,Alpha (old),HO,ICT,Red,,,2025-03-31,").unchanged == 1


def test_what_goes_wrong_in_a_british_file(desk: Desk) -> None:
    exempt = "Exempt under sections 24 & 26 of the Freedom of Information Act (2000)"
    report = british(
        desk,
        "2023,A_1,Alpha,HO,,Amber/Green,,,,",
        "20x3,A_2,Beta,HO,,Amber,,,,",
        "2023,A_3,,HO,,Amber,,,,",
        f"2023,A_4,Delta,HO,,{exempt},,,,1/012/2014",
        "2023,A_4,Delta again,HO,,Red,,,,",
        "2023,A_5,Epsilon,HO,,The board has not met since it was set up,,,,",
    )
    assert [(f.row, f.column) for f in report.faults] == [
        (2, "ipa_dca"),
        (3, "report_year"),
        (4, "project_name"),
        (6, "-"),
    ]
    assert report.new == 2
    delta = desk.ledger.read(StreamKind.PROJECT, imported_project_id("uk-gmpp", "A_4"))[0].event.model_dump()["facts"]
    assert [(f["milestone"], f["knowledge"], f["basis"], f["raw"]) for f in delta] == [
        ("EVALUATED_INDEPENDENT", "WITHHELD", "Freedom of Information Act 2000 s. 24, 26", exempt),
        ("END_PLANNED", "UNREADABLE", None, "1/012/2014"),
    ]
