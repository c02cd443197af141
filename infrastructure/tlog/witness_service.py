"""见证服务 The witness's program: answers whoever feeds it (c2sp.org/tlog-witness), asks the logs it watches.

POST /add-checkpoint               cosignature lines, or a refusal
GET  /status                       what it has seen, and its alarm
GET  /key                          its public keys
GET  /log/<id>/checkpoint          the checkpoint accepted last, with this witness's cosignature
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog

from infrastructure.tlog.log_client import LogClient, LogUnreachableError
from infrastructure.tlog.suite import HASH_LENGTH
from infrastructure.tlog.text_forms import FormatError, from_base64, from_decimal, to_base64
from infrastructure.tlog.tree import ProofError
from infrastructure.tlog.witness import MOST_PROOF_LINES, RefusedError, Witness, log_id

_NOWHERE = "此地址没有内容 / there is nothing at this address"
MOST_BODY = 64 * 1024
"""Old size, 63 hashes, and a checkpoint with several post-quantum signatures."""
MOST_REQUESTS = 32
"""Answered at once; more are told to come again."""
PATIENCE = 10.0
"""Seconds that a client may be silent within a request."""

logger = structlog.get_logger(__name__)


def read_request(body: bytes) -> tuple[int, tuple[bytes, ...], bytes]:
    """Old size, proof and checkpoint of an add-checkpoint request. Raises RefusedError 400."""
    head, blank, checkpoint = body.partition(b"\n\n")
    lines = head.split(b"\n")
    if not blank or not lines[0].startswith(b"old ") or len(lines) - 1 > MOST_PROOF_LINES:
        raise RefusedError(
            400,
            f"请求应为old 大小、至多{MOST_PROOF_LINES}行证明、空行、检查点 / the request is `old <size>`, at most "
            f"{MOST_PROOF_LINES} proof lines, a blank line, the checkpoint",
        )
    try:
        old = from_decimal(lines[0].removeprefix(b"old ").decode("ascii"), "old")
        proof = tuple(from_base64(line.decode("ascii"), "proof", HASH_LENGTH) for line in lines[1:])
    except (FormatError, UnicodeDecodeError) as error:
        raise RefusedError(400, str(error)) from error
    return old, proof, checkpoint


def write_request(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The body of an add-checkpoint request."""
    return "".join([f"old {old}\n", *(f"{to_base64(p)}\n" for p in proof), "\n"]).encode() + checkpoint


def status(witness: Witness) -> dict[str, Any]:
    """What the witness has seen of each log, and whether an alarm stands."""
    logs = []
    for origin in witness.logs:
        seen, forks, at = witness.latest(origin), witness.forks(origin), witness.cosigned_at(origin)
        logs.append(
            {
                "origin": origin,
                "id": log_id(origin),
                "size": seen.size if seen else 0,
                "cosigned_at": at.isoformat() if at else None,
                "forks": [{k: f[k] for k in ("kind", "found_at", "reason", "source")} for f in forks],
            }
        )
    alarm = witness.alarm.read_text(encoding="utf-8") if witness.alarm.exists() else None
    return {"keys": [str(s.verifier) for s in witness.signers], "alarm": alarm, "logs": logs}


class Watch:
    """Asks a log for what is new and checks it, so that the witness does not depend on being fed.

    After any time offline the next look catches up: the proof leads from what was seen last to what stands now.
    """

    def __init__(self, witness: Witness, log: LogClient, *, bring_back: bool = True) -> None:
        """`bring_back`: hand the cosignatures to the log, for witnesses that cannot be reached from there."""
        self.witness = witness
        self.log = log
        self.bring_back = bring_back
        self.failure: str | None = None
        """Why the last look found nothing out, or None."""
        self._to_bring: str | None = None

    def look(self) -> bool:
        """Fetch, check, cosign. True when there was something new. Raises RefusedError when it may not be cosigned,

        LogUnreachableError when nothing was found out.
        """
        news = self._cosign()
        self._bring()
        return news

    def _cosign(self) -> bool:
        try:
            checkpoint, note = self.log.checkpoint()
            seen = self.witness.latest(checkpoint.origin)
            if seen is not None and (seen.size, seen.root) == (checkpoint.size, checkpoint.root):
                return False
            old = seen.size if seen else 0
            if checkpoint.size < old:
                # Nothing is proven backwards. Shown as it is: refused, and a fork if that size was cosigned otherwise.
                self.witness.add_checkpoint(checkpoint.size, (), note, source=self.log.address)
            suite = self.witness.logs[checkpoint.origin].suite
            proof = self.log.consistency(suite, old, checkpoint.size) if old else []
        except (FormatError, ProofError) as error:
            raise LogUnreachableError(f"{self.log.address}: {error}") from error
        lines = self.witness.add_checkpoint(old, proof, note, source=self.log.address)
        if self.bring_back:
            self._to_bring = f"{checkpoint.text()}\n{lines}"
        return True

    def _bring(self) -> None:
        """Hand over the newest, the next time if not this: a log that does not take it must not stop the watching."""
        if self._to_bring is not None:
            self.log.bring(self._to_bring)
            self._to_bring = None

    def run(self, stopping: threading.Event, every: float) -> None:
        """Look every so many seconds until stopped. Failures are told and tried again."""
        while not stopping.is_set():
            try:
                self.look()
                self.failure = None
            except (LogUnreachableError, RefusedError) as error:
                if self.failure != str(error):
                    logger.warning("witness.look_failed", log=self.log.address, reason=str(error))
                self.failure = str(error)
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}"
                logger.exception("witness.look_failed", log=self.log.address, reason=self.failure)
            stopping.wait(every)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout = PATIENCE
    server_version = "liuhen-witness"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        logger.debug("witness.request", said=format % args)

    def _answer(self, act: Callable[[], None]) -> None:
        if not self.server.free.acquire(blocking=False):
            self._send(503, b"busy: try again\n", {"Retry-After": "1"})
            return
        try:
            act()
        except RefusedError as error:
            if error.size is not None:
                self._send(error.status, f"{error.size}\n".encode(), {"Content-Type": "text/x.tlog.size"})
            else:
                self._send(error.status, f"{error}\n".encode())
        except OSError:
            logger.exception("witness.failed")
            self._send(500, "未附署：不能写入目录 not cosigned: the folder cannot be written\n".encode())
        finally:
            self.server.free.release()

    def _get(self) -> None:
        witness, parts = self.server.witness, self.path.removeprefix(self.server.prefix).strip("/").split("/")
        if parts == ["status"]:
            self._send(200, json.dumps(self.server.status(), ensure_ascii=False, indent=2).encode(), JSON)
        elif parts == ["key"]:
            self._send(200, "".join(f"{s.verifier}\n" for s in witness.signers).encode())
        elif len(parts) == 3 and (parts[0], parts[2]) == ("log", "checkpoint"):
            origin = next((o for o in witness.logs if log_id(o) == parts[1]), "")
            seen = witness.latest(origin)
            if seen is None:
                raise RefusedError(404, "尚未见过此日志 / nothing was seen of this log yet")
            self._send(200, seen.note)
        else:
            raise RefusedError(404, _NOWHERE)

    def _post(self) -> None:
        if self.path != f"{self.server.prefix}/add-checkpoint":
            raise RefusedError(404, _NOWHERE)
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise RefusedError(411, "需要Content-Length / a Content-Length is needed")
        if int(length) > MOST_BODY:
            raise RefusedError(413, f"请求超过{MOST_BODY}字节 / the request is longer than {MOST_BODY} bytes")
        old, proof, checkpoint = read_request(self.rfile.read(int(length)))
        self._send(200, self.server.witness.add_checkpoint(old, proof, checkpoint).encode())

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        given = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "Connection": "close"}
        for name, value in {**given, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


JSON = {"Content-Type": "application/json; charset=utf-8"}


class WitnessServer(ThreadingHTTPServer):
    """The witness behind HTTP."""

    daemon_threads = True

    def __init__(
        self, witness: Witness, host: str, port: int, *, prefix: str = "", watches: Sequence[Watch] = ()
    ) -> None:
        super().__init__((host, port), _Handler)
        self.witness = witness
        self.prefix = prefix.rstrip("/")
        self.watches = tuple(watches)
        self.free = threading.BoundedSemaphore(MOST_REQUESTS)

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{self.prefix}"

    def status(self) -> dict[str, Any]:
        """As `status`, and how it stands with the logs that are watched."""
        watched = [{"log": w.log.address, "failure": w.failure} for w in self.watches]
        return {**status(self.witness), "watched": watched}


@contextmanager
def serving(server: WitnessServer, *, every: float = 10.0) -> Iterator[WitnessServer]:
    """Answer and watch in threads while the block runs."""
    stopping = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)]
    threads += [threading.Thread(target=w.run, args=(stopping, every), daemon=True) for w in server.watches]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join(timeout=PATIENCE + 1)
