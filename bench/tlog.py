"""可验证日志 What the log costs: saves beside a running sequencer, integration, proofs in a large tree, audit."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import psycopg

from bench.append import product_side
from bench.growth import filled
from bench.measuring import Sample, Scale, Side, Standard, figure, interleave, percentile
from bench.product import product, product_on, recorder_of
from bench.report import Report
from bench.servers import Server, one_core
from infrastructure.bootstrap import Liuhen, sequencer_of, service_login
from infrastructure.tlog.audit import audit
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.store import TreeStore

SAVERS = 32
BESIDE_UNSIGNED = Standard(0.95)
INTEGRATION = Standard(100_000, of="median")
AUDIT = Standard(150_000, of="median")
SCALING = Standard(1.7)
BYTES_LEFT = Standard(1 / 80, of="median")
_LOOP = (
    "import hashlib, sys, time\n"
    "block, count, began = bytes(1024), 0, time.perf_counter()\n"
    "while time.perf_counter() - began < float(sys.argv[1]):\n"
    "    for _ in range(1000): hashlib.sha256(block).digest()\n"
    "    count += 1000\n"
    "print(count / (time.perf_counter() - began))"
)
_TILE = "decode(repeat(md5(n::text || l), 512), 'hex')"
_TABLES = "ARRAY['trees', 'tiles', 'right_edges', 'checkpoints', 'cosignatures']"


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure all of it."""
    _cost(own, scale, report)
    _integration_and_audit(own, scale, report)
    _proofs(own, scale, report)


def _cost(own: Server, scale: Scale, report: Report) -> None:
    with (
        product(own) as signed,
        product(own) as in_thread,
        product(own) as unsigned,
        recorder_of(signed) as with_log,
        recorder_of(in_thread) as with_thread,
        recorder_of(unsigned) as without,
    ):
        signed.sequencer.start()
        thread = sequencer_of(in_thread.settings, service_login(in_thread.settings, in_thread.conninfo))
        thread.start()
        recorders = {"signed": with_log, "thread": with_thread, "unsigned": without}
        samples = interleave({name: _with_cpu(product_side(r, SAVERS)) for name, r in recorders.items()}, scale)
        thread.stop()
        signed.sequencer.stop()
    told = {"savers": SAVERS, "seconds": scale.seconds}
    for side in recorders:
        report.add(figure(f"tlog.cost_cpu.{side}", "µs/save", samples, "cpu", of=side, settings=told))
    in_turn = figure("tlog.cost.thread", "saves/s", samples, "rate", of="thread", beside="unsigned")
    report.add(in_turn)
    report.add(
        figure(
            "tlog.cost",
            "saves/s",
            samples,
            "rate",
            of="signed",
            beside="unsigned",
            standard=BESIDE_UNSIGNED,
            settings=told,
        )
    )


def _with_cpu(side: Side) -> Side:
    """The same, with the processor time of the recording process for each save."""

    def measured(seconds: float) -> Sample:
        began, before = time.perf_counter(), time.process_time()
        made = side(seconds)
        saves = made["rate"] * (time.perf_counter() - began)
        return {**made, "cpu": (time.process_time() - before) / saves * 1e6}

    return measured


def _hashing(processes: int) -> Side:
    """Plain loops that hash, each in a process of its own: how far the cores of this machine are independent."""

    def side(seconds: float) -> Sample:
        command = [sys.executable, "-c", _LOOP, str(seconds)]
        loops = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
        rates = [float(loop.communicate()[0]) for loop in loops]
        return {"rate": sum(rates)}

    return side


def _integration_and_audit(own: Server, scale: Scale, report: Report) -> None:
    events = min(scale.grown, 1_000_000)
    with filled(own, events, report) as conninfo, product_on(conninfo) as liuhen:

        def integrate(seconds: float) -> Sample:
            del seconds
            with _unsigned(liuhen) as folder:
                settings = liuhen.settings.model_copy(update={"data_dir": Path(folder)})
                began, cpu = time.perf_counter(), time.process_time()
                done = sequencer_of(settings, conninfo).catch_up()
                return {"rate": done / (time.perf_counter() - began), "cpu": (time.process_time() - cpu) / done * 1e6}

        samples = interleave({"liuhen": integrate}, scale)
        told = {"events": events}
        report.add(
            figure("tlog.integration", "leaves/s", samples, "rate", of="liuhen", standard=INTEGRATION, settings=told)
        )
        report.add(figure("tlog.integration_cpu", "µs/leaf", samples, "cpu", of="liuhen", settings=told))
        _clear(liuhen)
        liuhen.sequencer.catch_up()
        with liuhen.pool.connection() as conn:
            row = conn.execute(
                f"SELECT sum(pg_total_relation_size(('liuhen.' || t)::regclass)) FROM unnest({_TABLES}) t".encode()
            ).fetchone()
        size = float(row[0]) / events if row else 0.0
        # Less is better: the floor is told of events per byte.
        report.add(
            figure(
                "tlog.events_per_byte",
                "events/B",
                {"liuhen": [{"n": 1 / size}]},
                "n",
                of="liuhen",
                standard=BYTES_LEFT,
                settings={**told, "bytes_per_event": round(size, 1)},
            )
        )
        keys = operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)

        def audited(processes: int) -> Side:
            def side(seconds: float) -> Sample:
                del seconds
                before = _cpu()
                made = audit(conninfo, liuhen.settings.division, keys, processes=processes)
                return {"rate": made.events / made.seconds, "cpu": (_cpu() - before) / made.events * 1e6}

            return side

        def on_one_core(seconds: float) -> Sample:
            with one_core(conninfo):
                return audited(1)(seconds)

        sides = {"one": audited(1), "loop": _hashing(1), "two": audited(2), "two loops": _hashing(2)}
        sides["core"] = on_one_core
        samples = interleave(sides, scale)
        report.add(figure("tlog.audit", "events/s", samples, "rate", of="one", standard=AUDIT, settings=told))
        report.add(figure("tlog.audit.core", "events/s", samples, "rate", of="core", standard=AUDIT, settings=told))
        for side in ("one", "two"):
            report.add(figure(f"tlog.audit_cpu.{side}", "µs/event", samples, "cpu", of=side, settings=told))
        report.add(figure("tlog.cores.2", "hashes/s", samples, "rate", of="two loops", beside="loop"))
        # "One" has its backend on the other core already, "core" has not: two readings of "over two cores".
        for name, beside in (("tlog.audit.2", "one"), ("tlog.audit.cores", "core")):
            report.add(
                figure(name, "events/s", samples, "rate", of="two", beside=beside, standard=SCALING, settings=told)
            )


def _cpu() -> float:
    """Seconds of processor time of this process and of those it started, finely: without the database's."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


@contextmanager
def _unsigned(liuhen: Liuhen) -> Iterator[str]:
    """A log without a tree, and a folder that has signed nothing."""
    _clear(liuhen)
    with tempfile.TemporaryDirectory(prefix="liuhen-bench-") as folder:
        yield folder


def _clear(liuhen: Liuhen) -> None:
    with psycopg.connect(liuhen.conninfo, autocommit=True) as conn:
        for table in ("cosignatures", "checkpoints", "tiles", "trees"):
            conn.execute(f"ALTER TABLE liuhen.{table} DISABLE TRIGGER {table}_are_final".encode())
        conn.execute("TRUNCATE liuhen.cosignatures, liuhen.checkpoints, liuhen.tiles, liuhen.right_edges, liuhen.trees")
        for table in ("cosignatures", "checkpoints", "tiles", "trees"):
            conn.execute(f"ALTER TABLE liuhen.{table} ENABLE ALWAYS TRIGGER {table}_are_final".encode())


def _proofs(own: Server, scale: Scale, report: Report) -> None:
    """In a tree whose hashes are made up: what is read and computed for a proof is the same."""
    size = scale.grown * 2
    with own.database() as conninfo, product_on(conninfo) as liuhen:
        log_id = liuhen.settings.division
        with psycopg.connect(conninfo, autocommit=True) as conn:
            conn.execute("SELECT liuhen.plant_tree(%s, 'sha256-ed25519', 'bench')", (log_id,))
            conn.execute(
                f"INSERT INTO liuhen.tiles SELECT %s, l, n, {_TILE} FROM generate_series(0, 6) l,"
                " generate_series(0, (%s::bigint >> 8 * (l + 1)) - 1) n".encode(),
                (log_id, size),
            )
            conn.execute(
                "UPDATE liuhen.right_edges SET size = %s, hashes = ARRAY(SELECT decode(repeat(md5(l::text),"
                " 2 * ((%s::bigint >> 8 * l) & 255)::int), 'hex') FROM generate_series(0, 7) l"
                " WHERE %s::bigint >> 8 * l > 0)",
                (size, size, size),
            )
            conn.execute("VACUUM ANALYZE liuhen.tiles")
        store, positions = TreeStore(liuhen.pool, log_id), cycle(range(1, size, 7_919))

        def prove(seconds: float) -> Sample:
            took: list[float] = []
            began = time.perf_counter()
            while not took or time.perf_counter() - began < seconds:
                before = time.perf_counter()
                store.inclusion(next(positions))
                took.append((time.perf_counter() - before) * 1000)
            return {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99)}

        samples = interleave({"liuhen": prove}, scale)
    for what in ("p50", "p99"):
        report.add(
            figure(
                f"tlog.inclusion.{what}", "ms", samples, what, of="liuhen", settings={"leaves": size, "round_trips": 2}
            )
        )
