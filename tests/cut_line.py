"""A line between service and database that is cut at a chosen moment, as a network or a crash would."""

from __future__ import annotations

import select
import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

Cut = Literal["request lost", "cut at once", "answer lost", "silence"]
"""Before the server has the request; as soon as it has; when it answers; or never: it answers, and nobody hears it."""


class CutLine:
    """Carries what is sent over a server's socket to one of its own."""

    def __init__(self, conninfo: str) -> None:
        given = conninfo_to_dict(conninfo)
        self._server = f"{given['host']}/.s.PGSQL.{given['port']}"
        self._folder = Path(tempfile.mkdtemp(prefix="line-", dir="/tmp"))
        self.conninfo = make_conninfo(conninfo, host=str(self._folder), port=5432)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(self._folder / ".s.PGSQL.5432"))
        self._listening.listen()
        self._ended = threading.Event()
        self._next: Cut | None = None
        self._cutting = threading.Lock()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._run(self._accept)
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._listening.close()
        shutil.rmtree(self._folder)

    def cut(self, how: Cut) -> None:
        """Cut the line once, at what is sent next."""
        self._next = how

    def _run(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            if select.select([self._listening], [], [], 0.05)[0]:
                self._run(self._carry, self._listening.accept()[0])

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server, suppress(OSError):
            server.connect(self._server)
            cut: Cut | None = None
            while not self._ended.is_set():
                for end in select.select([client, server], [], [], 0.05)[0]:
                    data = end.recv(1 << 16)
                    if end is client and cut is None:
                        with self._cutting:
                            cut, self._next = self._next, None
                    if not data or cut == "request lost" or (end is server and cut == "answer lost"):
                        return
                    if end is server and cut == "silence":
                        continue
                    (server if end is client else client).sendall(data)
                    if cut == "cut at once":
                        return
