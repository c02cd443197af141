"""本产品一方 The product's side, joined as the service joins it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import Server, check_durable
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.settings import Settings
from infrastructure.store.recorder import LedgerRecorder


@contextmanager
def product_on(conninfo: str) -> Iterator[Liuhen]:
    """The wired service on a database. Projections do not run. Raises NotDurableError."""
    with (
        tempfile.TemporaryDirectory(prefix="liuhen-bench-") as folder,
        wired(Settings(data_dir=Path(folder), database_url=conninfo), conninfo) as liuhen,
    ):
        with liuhen.pool.connection() as conn:
            check_durable(conn)
        yield liuhen


@contextmanager
def product(own: Server) -> Iterator[Liuhen]:
    """The wired service on a database of its own."""
    with own.database() as conninfo, product_on(conninfo) as liuhen:
        yield liuhen


@contextmanager
def recorder_of(liuhen: Liuhen) -> Iterator[LedgerRecorder]:
    """A recorder as the service's ledger has one."""
    recorder = LedgerRecorder(liuhen.pool, liuhen.settings.division)
    try:
        yield recorder
    finally:
        recorder.close()
