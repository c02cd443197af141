"""装配 The only place where the parts are joined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import uuid4

import structlog
from psycopg.conninfo import make_conninfo

from application.ports import Desk
from domain.dates import SHANGHAI
from domain.identifiers import DivisionTable
from infrastructure.access_log import AccessLog
from infrastructure.account_directory import AccountDirectory
from infrastructure.calendars import load_calendar
from infrastructure.counting import Board, Counts
from infrastructure.documents.papers import Papers
from infrastructure.documents.stores import store_named
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.foreign_issuers import ForeignIssuers, load_issuers
from infrastructure.list_cursors import Cursors, cursors_of
from infrastructure.migrations import migrate
from infrastructure.projecting.engine import Engine
from infrastructure.red_flags import load_flag_rules
from infrastructure.roles import WRITER, as_writer
from infrastructure.rule_sets import load_rule_sets
from infrastructure.schemes import load_schemes
from infrastructure.sealing import MasterKeys, PersonSeals, StoredPersonKeys
from infrastructure.settings import Settings
from infrastructure.store.batch_writer import Pool
from infrastructure.store.connections import Connections, noticing_dead_lines
from infrastructure.store.ledger import EventLedger
from infrastructure.telemetry import Tracing, tracing_of
from infrastructure.tlog.feeding import Feeder, Feeding
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.sequencer import Sequencer, Signing
from infrastructure.tlog.signing_process import Assignment, SigningProcess
from infrastructure.tlog.store import TreeStore
from infrastructure.tlog.suite import Suite, suite_named
from infrastructure.turns import Turns
from infrastructure.webhooks.delivering import Deliverer
from infrastructure.webhooks.endpoints import Endpoints
from infrastructure.webhooks.sending import Sender
from infrastructure.webhooks.targets import Targets

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Liuhen:
    """A wired deployment, as the API and the command line use it."""

    settings: Settings
    conninfo: str
    pool: Pool
    ledger: EventLedger
    desk: Desk
    engine: Engine
    tree: TreeStore
    suite: Suite | None
    """Whose hash the log's entries have; None when it is not known here."""
    sequencer: Signing
    feeding: Feeding
    webhooks: Deliverer
    papers: Papers
    foreign: ForeignIssuers
    directory: AccountDirectory
    cursors: Cursors
    access_log: AccessLog
    counts: Counts
    tracing: Tracing | None


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The connection string that is given: the external one, or that of the embedded server while the block runs."""
    if settings.database_url:
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir) as server:
        yield server.conninfo


def service_login(settings: Settings, conninfo: str) -> str:
    """The connection string by which the service works, as the writer. Raises RolesError."""
    embedded = settings.database_url is None  # Its given login is the superuser that made it.
    return as_writer(make_conninfo(conninfo, user=WRITER) if embedded else conninfo)


@contextmanager
def wired(settings: Settings, conninfo: str, counts: Counts | None = None) -> Iterator[Liuhen]:
    """Migrate the database and join the parts. Projections, sequencer and feeding do not run until they are started.

    `counts`: where this process counts, when others see it. Raises TelemetryError.
    """
    counts = counts or Board().place(0)
    counts.begin()
    tracing = tracing_of(settings)
    foreign = ForeignIssuers(load_issuers(settings.issuers_file))
    migrate(settings.owner_url or conninfo)
    working = service_login(settings, conninfo)
    # The ledger's reads are repeated on a dead connection; so they need not ask each time whether it lives.
    with (
        _ready(Connections(working, size=settings.pool_size, checked=False)) as for_ledger,
        _ready(Connections(working, size=settings.pool_size, checked=True)) as pool,
    ):
        ledger = EventLedger(for_ledger, settings.division, tracing)
        ledger.watched(lambda saves, _results, _at, seconds: counts.committed(len(saves), seconds))
        keys = StoredPersonKeys(pool, settings.division)
        if completed := keys.complete_erasures():
            log.warning("erasures.completed", persons=completed)
        desk = Desk(
            ledger=ledger,
            rule_sets=load_rule_sets(settings.rule_sets_dir),
            calendar=load_calendar(settings.holidays_file),
            schemes=load_schemes(settings.schemes_dir),
            divisions=load_divisions(settings),
            division=f"{settings.division:06d}",
            today=today,
            new_id=uuid4,
            seals=PersonSeals(keys, MasterKeys(settings), settings.division, settings.sealing_suite),
            turns=Turns(),
        )
        engine = Engine(
            noticing_dead_lines(working),
            ledger,
            pool=pool,
            log_id=settings.division,
            page=settings.page,
            poll=settings.poll_seconds,
            stall=settings.stall_seconds,
            flag_rules=load_flag_rules(settings.flag_rules_file),
            rule_sets=desk.rule_sets,
        )
        ledger.wakes(engine.wake)
        sequencer = signing_of(settings, working)
        tree = TreeStore(pool, settings.division)
        feeding = feeding_of(settings, tree, sequencer)
        webhooks = deliverer_of(settings, working, pool)
        ledger.wakes(webhooks.wake)
        papers = papers_of(settings, pool)
        papers.tidy()
        access_log = AccessLog(pool, settings.division)
        try:
            yield Liuhen(
                settings,
                conninfo,
                pool,
                ledger,
                desk,
                engine,
                tree,
                tree.suite(suite_named(settings.log_suite)),
                sequencer,
                feeding,
                webhooks,
                papers,
                foreign,
                AccountDirectory(desk),
                cursors_of(settings),
                access_log,
                counts,
                tracing,
            )
        finally:
            access_log.stop()
            engine.stop()
            webhooks.stop()
            feeding.stop()
            sequencer.stop()
            ledger.close()
            if tracing is not None:
                tracing.close()


def assignment_of(settings: Settings, conninfo: str) -> Assignment:
    """What the settings say is to be signed, by the service's login."""
    folder = str(settings.data_dir.absolute())
    return Assignment(conninfo, settings.division, settings.log_suite, settings.origin, folder, settings.log_level)


def sequencer_of(settings: Settings, conninfo: str) -> Sequencer:
    """The sequencer of the settings' log, in this process. Also for a process that does nothing else."""
    return assignment_of(settings, conninfo).sequencer()


def signing_of(settings: Settings, conninfo: str) -> Signing:
    """What signs the settings' log: in a process of its own, or in a thread."""
    if settings.log_signing == "process":
        return SigningProcess(assignment_of(settings, conninfo))
    return sequencer_of(settings, conninfo)


def feeding_of(settings: Settings, tree: TreeStore, sequencer: Signing) -> Feeding:
    """What sends the settings' witnesses the checkpoints."""

    def verifiers() -> list[Verifier]:
        return operator_verifiers(settings.data_dir, settings.division)

    return Feeding([Feeder(w, tree, sequencer, verifiers) for w in settings.known_witnesses if w.address])


def deliverer_of(settings: Settings, conninfo: str, pool: Pool) -> Deliverer:
    """What brings the receivers of webhooks what they asked for."""
    targets = Targets(settings.webhook_hosts, settings.webhook_networks)
    endpoints = Endpoints(pool, settings.division, MasterKeys(settings))
    return Deliverer(
        noticing_dead_lines(conninfo), settings.division, endpoints, Sender(targets, settings.webhook_ca_file)
    )


def papers_of(settings: Settings, pool: Pool) -> Papers:
    """The papers of the settings' log. Raises DocumentStoreError."""
    store = store_named(settings.document_store, settings.data_dir, settings.document_s3_endpoint)
    kinds = frozenset(settings.document_kinds.split())
    return Papers(pool, settings.division, store, settings.document_most_bytes, kinds)


@contextmanager
def _ready(pool: Connections) -> Iterator[Pool]:
    with pool:
        pool.wait()
        yield pool


def today() -> date:
    """The civil day in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def load_divisions(settings: Settings) -> DivisionTable:
    """The division table of the site, or the one of Zibo that ships."""
    if settings.divisions_file is not None:
        return DivisionTable.parse_csv(settings.divisions_file.read_text(encoding="utf-8-sig"))
    return _shipped_divisions()


@cache
def _shipped_divisions() -> DivisionTable:
    shipped = files("domain.identifiers").joinpath("divisions_zibo.csv")
    return DivisionTable.parse_csv(shipped.read_text(encoding="utf-8"))
