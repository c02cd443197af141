"""取证命令 The `liuhen receipt` and `liuhen evidence` commands: proofs as files that are kept, and checked by anybody.

From this machine's database, or from a service over HTTP: what is made is made by the code that answers the routes, and
nothing is kept before it was verified as whoever takes it away will verify it.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
import typer
from rich.text import Text as Shown

from api.cli_service import err, out, service
from api.cli_verify import mapped, policy_of, show
from domain.streams import StreamKind, unit_id
from infrastructure.bootstrap import Liuhen
from infrastructure.documents.papers import AlteredPaperError
from infrastructure.documents.stores import DocumentStoreError
from infrastructure.tlog import bundle_file, durable, proof_file
from infrastructure.tlog.bundle_file import BundleFile
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.entry import Entry
from infrastructure.tlog.evidence import Report, Standing, verify, verify_proof_file
from infrastructure.tlog.evidence_collection import (
    NothingToShowError,
    NotSignedYetError,
    Period,
    decision_evidence,
    period_evidence,
    position_of,
    receipt,
    stream_evidence,
)
from infrastructure.tlog.keys import KeyFileError
from infrastructure.tlog.log_client import LogUnreachableError, ask, check_address
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.store import NoTreeError
from infrastructure.tlog.text_forms import FormatError

T = TypeVar("T")

_PAUSE_SECONDS = 0.2
"""Between two looks whether it is signed by now."""
_ANSWER_SECONDS = 120.0
"""A service may take so long to put a large bundle together."""
_POSITION = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_EVENT = re.compile(r"(?P<stream>[0-9a-fA-F-]{36})[:/@](?P<version>[1-9][0-9]{0,9})", re.ASCII)


class Subject(StrEnum):
    """What a bundle is about."""

    PROJECT = "project"
    SYSTEM = "system"
    UNIT = "unit"
    DECISION = "decision"
    PERIOD = "period"


class NotGivenError(Exception):
    """The service or the record does not give it. The text says why."""


Service = Annotated[
    str | None,
    typer.Option(
        "--service", help="服务地址，如https://host；缺省用本机数据库 a service's address, else this database"
    ),
]
TokenFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="服务令牌的文件 file with the token for the service")
]
Wait = Annotated[float, typer.Option(min=0, max=600, help="至多等几秒直至签署 seconds to wait until it is signed")]
Keys = Annotated[list[str] | None, typer.Option("--key", help="日志的公钥，可多个 key of the log, may be repeated")]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="见证的公钥，可多个 key of a witness")]
Require = Annotated[int, typer.Option(min=0, help="至少几个见证附署 how many witnesses must have cosigned")]


def receipt_command(
    of: Annotated[
        list[str],
        typer.Argument(
            help="位置、流:版本（事件标识）、办理答复的JSON文件（-为标准输入） position, STREAM:VERSION, answer's file"
        ),
    ],
    folder: Annotated[
        Path, typer.Option("--folder", "-d", file_okay=False, help="存入的目录 where it is kept")
    ] = Path(),
    service_at: Service = None,
    token_file: TokenFile = None,
    key: Keys = None,
    witness: Witnesses = None,
    require: Require = 0,
    wait: Wait = 10,
) -> None:
    """把答复、位置或事件标识变为可留存的回执 Turn an answer, a position or an event's identity into kept proof files.

    每个事件一个文件，写入前已检验；与答复不符的不写。One file an event, verified before it is written.
    Exit code 1: refused or not there, 2: could not be tried.
    """
    with _told(), _source(service_at, token_file, wait) as source:
        policy = policy_of(key or [], witness or [], require) or source.policy
        if policy is None:
            raise FormatError("请用--key给出日志的公钥 / give the log's key by --key")
        for wanted in [w for word in of for w in _wanted(word)]:
            data = source.receipt(wanted)
            report = verify_proof_file(data, policy)
            _refuse(report)
            entry = Entry.decode(ProofFile.parse(data).extra or b"")
            _fits(entry, wanted)
            path = folder / f"receipt-{entry.position}.tlog-proof"
            with _kept(path) as file:
                file.write(data)
            _tell(path, report)


def evidence_command(
    subject: Annotated[Subject, typer.Argument(help="项目、系统、单位、决定或时期 what it is about")],
    of: Annotated[
        str | None,
        typer.Argument(
            help="项目或系统标识、统一社会信用代码、决定的位置 identity, unified social credit code, position"
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", "-o", dir_okay=False, help="存入的文件 file that is written")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="自：发生日期；period为记录日期 happened from; recorded, of a period"
        ),
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="至，含当日 until, included")] = None,
    grounds: Annotated[
        bool, typer.Option(help="项目：含其系统和所依据单位的流 of a project: with what it rests on")
    ] = True,
    with_documents: Annotated[
        bool,
        typer.Option(
            "--with-documents",
            help="附上事件所指的材料和判断所依据的规则文本 enclose the papers that events name, and texts of rules",
        ),
    ] = False,
    service_at: Service = None,
    token_file: TokenFile = None,
    key: Keys = None,
    witness: Witnesses = None,
    require: Require = 0,
    wait: Wait = 10,
) -> None:
    """证据包：项目、系统、单位、决定或时期 An evidence bundle as a file, verified before it is written.

    Exit code 1: refused or not there, 2: could not be tried.
    """
    with _told():
        wanted = _Bundle(subject, of, _day(since), _day(until), grounds=grounds, papers=with_documents)
        path = to or Path(f"evidence-{wanted.name}.zip")
        with _source(service_at, token_file, wait) as source:
            policy = policy_of(key or [], witness or [], require) or source.policy
            with _kept(path) as file:
                source.bundle(wanted, file)
                report = verify(mapped(file), policy)
                _refuse(report)
        _tell(path, report)


class _Bundle:
    """What is asked for. Raises FormatError when that does not fit together."""

    def __init__(
        self, subject: Subject, of: str | None, since: date | None, until: date | None, *, grounds: bool, papers: bool
    ) -> None:
        self.subject, self.since, self.until, self.grounds, self.papers = subject, since, until, grounds, papers
        self.identity: UUID | None = None
        self.position = 0
        self.of = of or ""
        if subject is Subject.PERIOD:
            if of is not None or since is None or until is None:
                raise FormatError("时期以--from和--until给出 / a period is given by --from and --until")
            if until < since:
                raise FormatError("--until早于--from / --until is before --from")
        elif of is None:
            raise FormatError("请给出对象的标识 / say which: its identity is missing")
        elif subject is Subject.DECISION:
            if not _POSITION.fullmatch(of) or since or until:
                raise FormatError("决定以其位置给出，没有时期 / a decision is given by its position, without a period")
            self.position = int(of)
        elif subject is not Subject.UNIT:
            try:
                self.identity = UUID(of)
            except ValueError:
                raise FormatError(f"{of}不是标识（UUID） / {of} is no identity (UUID)") from None

    @property
    def name(self) -> str:
        """For a file."""
        return f"period-{self.since}-{self.until}" if self.subject is Subject.PERIOD else f"{self.subject}-{self.of}"

    @property
    def path(self) -> str:
        """The path of the route."""
        if self.subject is Subject.PERIOD:
            return "/log/evidence"
        if self.subject is Subject.DECISION:
            return f"/log/events/{self.position}/evidence"
        return f"/{self.subject}s/{quote(self.of, safe='')}/evidence"

    @property
    def query(self) -> dict[str, str]:
        """The query of the route."""
        asked = {"from": self.since, "until": self.until}
        query = {name: str(day) for name, day in asked.items() if day is not None}
        query |= {"documents": "true"} if self.papers else {}
        return query if self.grounds or self.subject is not Subject.PROJECT else {**query, "grounds": "false"}

    def made(self, log: Liuhen) -> BundleFile:
        """From the record."""
        if self.subject is Subject.PERIOD and self.since and self.until:
            return period_evidence(log, self.since, self.until, papers=self.papers)
        if self.subject is Subject.DECISION:
            return decision_evidence(log, self.position, papers=self.papers)
        kind = {Subject.PROJECT: StreamKind.PROJECT, Subject.SYSTEM: StreamKind.SYSTEM}.get(
            self.subject, StreamKind.UNIT
        )
        identity = self.identity or unit_id(self.of)
        period = Period(self.since, self.until)
        return stream_evidence(log, kind, identity, period, grounds=self.grounds, papers=self.papers)


class _Here:
    """This machine's database: whoever may open it sees all of it."""

    def __init__(self, log: Liuhen, wait: float) -> None:
        self._log = log
        self._wait = wait
        keys = operator_verifiers(log.settings.data_dir, log.settings.division)
        known = [v for each in log.settings.known_witnesses for v in each.verifiers]
        self.policy = Policy(tuple(keys), tuple(known), log.settings.witnesses_required) if keys else None

    def receipt(self, wanted: dict[str, Any]) -> bytes:
        """Raises NotGivenError."""
        if "position" in wanted:
            return self._signed(lambda: receipt(self._log, wanted["position"]))
        stream, version = UUID(wanted["stream_id"]), wanted["version"]
        return self._signed(lambda: receipt(self._log, position_of(self._log, stream, version)))

    def bundle(self, wanted: _Bundle, into: BinaryIO) -> None:
        """Write the bundle to a file. Raises NotGivenError, FormatError."""
        try:
            into.writelines(self._signed(lambda: wanted.made(self._log)).pieces())
        except (DocumentStoreError, AlteredPaperError) as error:
            raise NotGivenError(f"材料库：{error} / the store of papers: {error}") from error

    def _signed(self, made: Callable[[], T]) -> T:
        until = time.monotonic() + self._wait
        while True:
            try:
                return made()
            except NothingToShowError as error:
                raise NotGivenError(str(error)) from error
            except (NotSignedYetError, NoTreeError) as error:
                if time.monotonic() >= until:
                    raise NotGivenError(str(error)) from error
            threading.Event().wait(_PAUSE_SECONDS)


class _There:
    """A service at an address."""

    policy: Policy | None = None
    """Keys that the same service gives would prove nothing about it."""

    def __init__(self, address: str, token: str | None, wait: float) -> None:
        self._address = f"{check_address(address).removesuffix('/v1')}/v1"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._wait = wait

    def receipt(self, wanted: dict[str, Any]) -> bytes:
        """Raises NotGivenError, LogUnreachableError."""
        which = wanted["position"] if "position" in wanted else f"{wanted['stream_id']}/{wanted['version']}"
        return self._get(f"/log/receipts/{which}", proof_file.MOST_BYTES)

    def bundle(self, wanted: _Bundle, into: BinaryIO) -> None:
        """Write the bundle to a file. Raises NotGivenError, LogUnreachableError."""
        self._get(wanted.path, bundle_file.MOST_BYTES, wanted.query, into)

    def _get(self, path: str, most: int, query: dict[str, str] | None = None, into: BinaryIO | None = None) -> bytes:
        address, until = f"{self._address}{path}", time.monotonic() + self._wait
        while True:
            status, data, _ = ask(
                address, most=most, headers=self._headers, query=query, patience=_ANSWER_SECONDS, into=into
            )
            if status == 200:
                return data
            if status != 503 or time.monotonic() >= until:
                raise NotGivenError(f"{address}: HTTP {status} {_detail(data)}")
            threading.Event().wait(_PAUSE_SECONDS)


@contextmanager
def _source(address: str | None, token_file: Path | None, wait: float) -> Iterator[_Here | _There]:
    if address is None:
        with service() as log:
            yield _Here(log, wait)
        return
    token = token_file.read_text(encoding="ascii").strip() if token_file else None
    try:
        there = _There(address, token, wait)
    except ValueError as error:
        raise FormatError(str(error)) from error
    yield there


def _wanted(word: str) -> list[dict[str, Any]]:
    """The events that are meant; of an answer all that it names. Raises FormatError, OSError."""
    if _POSITION.fullmatch(word):
        return [{"position": int(word)}]
    if match := _EVENT.fullmatch(word):
        try:
            return [{"stream_id": str(UUID(match["stream"])), "version": int(match["version"])}]
        except ValueError:
            raise FormatError(f"{word}不是“流:版本” / {word} is no STREAM:VERSION") from None
    data = sys.stdin.buffer.read() if word == "-" else Path(word).read_bytes()
    try:
        answer = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise FormatError(f"{word}不是办理答复（JSON） / {word} is no answer of an act (JSON)") from None
    found = list(_events_in(answer))
    if not found:
        raise FormatError(f"{word}中没有已记录的事件 / no recorded event is named in {word}")
    return found


def _events_in(value: Any) -> Iterator[dict[str, Any]]:
    """Wherever an answer names recorded events: of an act, of a refusal, of each line of a batch."""
    if isinstance(value, dict):
        if type(value.get("position")) is int and value["position"] > 0 and isinstance(value.get("stream_id"), str):
            yield value
        else:
            for part in value.values():
                yield from _events_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _events_in(part)


def _fits(entry: Entry, wanted: dict[str, Any]) -> None:
    """Is it the event that the answer told of? Raises NotGivenError: then the log was changed after the answer."""
    told = {
        "position": entry.position,
        "stream_id": str(entry.stream),
        "version": entry.version,
        "topic": entry.topic,
        "recorded_at": entry.recorded_at,
        "digest": entry.digest.hex(),
    }
    for name, value in told.items():
        stated = value if wanted.get(name) is None else wanted[name]
        if isinstance(value, datetime) and isinstance(stated, str):
            stated = datetime.fromisoformat(stated)
        if stated != value:
            raise NotGivenError(
                f"位置{entry.position}：答复说{name}为{stated}，日志中是{value}：答复之后被改写 / position "
                f"{entry.position}: the answer says {name} {stated}, the log {value}: it was rewritten after the answer"
            )


def _refuse(report: Report) -> None:
    refused = [s for s in report.statements if s.standing is Standing.REFUSED]
    if refused:
        raise NotGivenError(f"未通过检验，未写入 / not kept, it is refused: {refused[0].zh} / {refused[0].en}")


@contextmanager
def _kept(path: Path) -> Iterator[BinaryIO]:
    """A file that is there when the block ends well, and not otherwise. Raises FormatError when it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with durable.creating(path, mode=0o644) as file:
            yield file
    except FileExistsError:
        raise FormatError(f"{path}已存在，不覆盖 / {path} is there already and is never replaced") from None


def _tell(path: Path, report: Report) -> None:
    show(report)
    out.print(Shown(f"已存 kept {path}"), soft_wrap=True)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _detail(data: bytes) -> str:
    try:
        said = orjson.loads(data)
        return f"{said['type'].removeprefix('/problems/')}: {said['detail']}"
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return ""


@contextmanager
def _told() -> Iterator[None]:
    """Known failures in a sentence: exit code 1 for what is refused or not given, 2 for what could not be tried."""
    try:
        yield
    except NotGivenError as error:
        err.print(Shown(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(1) from error
    except (FormatError, KeyFileError, LogUnreachableError, OSError) as error:
        err.print(Shown(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(2) from error
