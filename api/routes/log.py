"""可验证日志 The log as outsiders check it: checkpoint, tiles, entry bundles, proofs, and in what state all is.

Paths and bodies of checkpoint and tiles are those of c2sp.org/tlog-tiles, under the prefix /v1/log.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.context import reader
from api.problems import Problem
from application.asking import county_state
from domain.dates import CivilDate
from domain.event import Value
from domain.faults import BadFieldError, UnknownSubjectError
from domain.log_keeping import KeyHolder
from domain.texts import Text
from infrastructure.bootstrap import Liuhen
from infrastructure.doctor import HARDENING, State, examine
from infrastructure.tlog.feeding import bring_cosignatures
from infrastructure.tlog.note import NoteError, Verifier
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.store import NotInTreeError, NoTreeError, SignedCheckpoint
from infrastructure.tlog.text_forms import FormatError, to_base64
from infrastructure.tlog.tiles import ENTRIES, WIDTH, Tile
from infrastructure.tlog.tree import ProofError
from infrastructure.tlog.witness_service import MOST_BODY

_OPTIONAL = HTTPBearer(auto_error=False, description="仅当LIUHEN_LOG_PUBLIC为false时需要 only if the log is not public")
FOR_GOOD = "public, max-age=31536000, immutable"
"""A full tile never changes, nor does a partial one of the same width."""
FOR_SECONDS = "public, max-age=1"

_EXAMINE_SECONDS = 30.0
_EXAMINED: dict[str, tuple[float, tuple[Guard, ...]]] = {}


def log_reader(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_OPTIONAL)] = None
) -> Liuhen:
    """Anybody, where the log is public; else whoever holds a valid token. Raises NotAuthenticatedError."""
    liuhen: Liuhen = request.app.state.liuhen
    if not liuhen.settings.log_public:
        reader(request, credentials)
    return liuhen


Log = Annotated[Liuhen, Depends(log_reader)]
router = APIRouter(prefix="/log", tags=["可验证日志 verifiable log"])


async def _body(request: Request, log: Log) -> bytes:
    """The body, once it is known that it may be sent at all. Raises HTTPException when it is too long."""
    del log
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY:
            raise HTTPException(413)
    return body


class InclusionAnswer(Value):
    """包含证明 That the event at `position` is leaf `position - 1` of the tree of `size` leaves. Hashes are base64."""

    position: int
    size: int
    leaf_hash: str
    hashes: tuple[str, ...]


class ConsistencyAnswer(Value):
    """一致性证明 That the tree of `new` leaves begins with the tree of `old` leaves. Hashes are base64."""

    old: int
    new: int
    hashes: tuple[str, ...]


class LogKeyAnswer(Value):
    """公钥 A verifier key (vkey) of the log, as the log itself records its use."""

    key: str
    since: CivilDate | None
    """None: in use before changes of keys were recorded."""
    until: CivilDate | None
    """None: in use."""


class Guard(Value):
    """加固 How one of the doctor's checks came out. What it found is for the operator: `liuhen doctor`."""

    name: str
    title: Text
    state: State


class WitnessState(Value):
    """见证 How far a witness has cosigned, and why it does not go on, as far as this process knows."""

    name: str
    fed: bool
    """Is it sent the checkpoints? Else it comes for them."""
    size: int | None
    cosigned_at: datetime | None
    lag_events: int
    failure: str | None


class KeptCosignatures(Value):
    """收存 To which checkpoint they belong, and how many were not known yet."""

    size: int
    kept: int


class LogStatus(Value):
    """日志状态 What is signed, what is not yet, and how the database is guarded."""

    origin: str
    suite: str
    size: int
    log_position: int
    lag_events: int
    lag_seconds: float
    signed_at: datetime
    checkpoint: str
    duty: str
    """What this process does: it signs, stands by for another that does, or is stopped."""
    active: bool
    """Is any process signing?"""
    failure: str | None
    witnesses: tuple[WitnessState, ...]
    witnesses_required: int
    witnessed_size: int | None
    """The largest size that enough witnesses have cosigned; None when there is none."""
    witnessed: bool
    """Have enough witnesses cosigned the last checkpoint?"""
    hardened: bool
    hardening: tuple[Guard, ...]


@router.get(
    "/checkpoint",
    summary="最新检查点 the last checkpoint",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def read_checkpoint(request: Request, log: Log, witnessed: bool = False) -> Response:  # noqa: FBT001 (a query)
    """The last signed checkpoint with the cosignatures so far, a signed note (c2sp.org/tlog-checkpoint).

    `witnessed=true`: the last one that as many witnesses have cosigned as LIUHEN_WITNESSES_REQUIRED says.
    """
    with _found():
        found = _witnessed(log) if witnessed else log.tree.checkpoint()
        if found is None:
            raise NotInTreeError("尚无足够见证附署的检查点 / no checkpoint has been cosigned by enough witnesses yet")
        return _cached(request, found.published.encode(), "text/plain; charset=utf-8", FOR_SECONDS)


@router.post(
    "/cosignatures",
    summary="送回附署 bring cosignatures back",
    openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}},
    responses={413: {"model": Problem, "description": "超过64 KiB longer than 64 KiB"}},
)
def bring_back(log: Log, body: Annotated[bytes, Depends(_body)]) -> KeptCosignatures:
    """A witness brings its cosignatures: the checkpoint's text, a blank line, signature lines.

    Only what verifies under a key of LIUHEN_WITNESSES is kept, so it matters little who brings it.
    """
    try:
        with _unknown_if_absent():
            size, kept = bring_cosignatures(log.tree, log.settings.known_witnesses, body)
    except (FormatError, NoteError) as error:
        raise BadFieldError(_two(error)) from error
    return KeptCosignatures(size=size, kept=kept)


@router.get(
    "/checkpoints/{size}",
    summary="某一大小的检查点 the checkpoint of a size",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def read_checkpoint_of(request: Request, log: Log, size: int) -> Response:
    """The checkpoint that was signed for a size, with the cosignatures that came since."""
    with _found():
        return _cached(request, log.tree.checkpoint(size).published.encode(), "text/plain; charset=utf-8", FOR_SECONDS)


@router.get(
    "/tile/{path:path}",
    summary="瓦片与条目包 a tile or an entry bundle",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def read_tile(request: Request, log: Log, path: str) -> Response:
    """Hashes (<L>/<N>) or entries (entries/<N>), full or partial (.p/<W>), for every size that was signed."""
    with _found():
        tile = Tile.parse(f"tile/{path}")
        # Of entry bundles caches keep full ones only: a partial one is made of rows, so it is looked at again.
        lasting = FOR_GOOD if tile.width == WIDTH or tile.level != ENTRIES else FOR_SECONDS
        return _cached(request, log.tree.tile(tile), "application/octet-stream", lasting)


@router.get("/proof/inclusion", summary="包含证明 an inclusion proof")
def read_inclusion(
    log: Log, position: Annotated[int, Query(ge=1)], size: Annotated[int | None, Query(ge=1)] = None
) -> InclusionAnswer:
    """That an event is in the tree of a size; of now, when none is given (RFC 9162 section 2.1.3)."""
    with _found():
        proof = log.tree.inclusion(position, size)
        return InclusionAnswer(
            position=position,
            size=proof.size,
            leaf_hash=to_base64(proof.leaf_hash),
            hashes=tuple(map(to_base64, proof.hashes)),
        )


@router.get("/proof/consistency", summary="一致性证明 a consistency proof")
def read_consistency(
    log: Log, old: Annotated[int, Query(ge=0)], new: Annotated[int | None, Query(ge=0)] = None
) -> ConsistencyAnswer:
    """That the tree of a size begins with that of an older one (RFC 9162 section 2.1.4)."""
    with _found():
        proof = log.tree.consistency(old, new)
        return ConsistencyAnswer(old=old, new=proof.size, hashes=tuple(map(to_base64, proof.hashes)))


@router.get("/keys", summary="日志的公钥 the log's verifier keys")
def read_log_keys(log: Log) -> tuple[LogKeyAnswer, ...]:
    """Every key that signed checkpoints, oldest first. Several without `until` sign together: a rotation."""
    settings = log.settings
    recorded = {k.key: k for k in county_state(log.desk).log_keys if k.holder is KeyHolder.LOG}
    here = map(str, operator_verifiers(settings.data_dir, settings.division))
    keys = dict.fromkeys((*here, *recorded))
    return tuple(
        LogKeyAnswer(key=k, since=r and r.added_on, until=r and r.retired_on) for k in keys for r in [recorded.get(k)]
    )


@router.get("/status", summary="日志状态与加固情况 state of the log, and how it is guarded")
def read_status(log: Log) -> LogStatus:
    """Size, lag, last checkpoint, who signs, and what `liuhen doctor` says of roles, privileges and triggers."""
    with _found():
        tree, checkpoint, standing = log.tree.tree(), log.tree.checkpoint(), log.tree.standing()
        cosigned, witnessed = log.tree.cosigned(_keys(log)), _witnessed(log)
    hardening = _hardening(log)
    witnesses = []
    for each in log.settings.known_witnesses:
        size, at = cosigned.get(each.name, (None, None))
        witnesses.append(
            WitnessState(
                name=each.name,
                fed=each.address is not None,
                size=size,
                cosigned_at=at,
                lag_events=max(0, checkpoint.size - (size or 0)),
                failure=log.feeding.failure(each.name),
            )
        )
    return LogStatus(
        origin=tree.origin,
        suite=tree.suite.name,
        size=checkpoint.size,
        log_position=standing.log_position,
        lag_events=max(0, standing.log_position - checkpoint.size),
        lag_seconds=standing.lag_seconds,
        signed_at=checkpoint.signed_at,
        checkpoint=checkpoint.published,
        duty=log.sequencer.duty,
        active=standing.active,
        failure=log.sequencer.failure,
        witnesses=tuple(witnesses),
        witnesses_required=log.settings.witnesses_required,
        witnessed_size=witnessed.size if witnessed else None,
        witnessed=witnessed is not None and witnessed.size >= checkpoint.size,
        hardened=all(f.state is not State.FAILURE for f in hardening),
        hardening=hardening,
    )


@contextmanager
def _found() -> Iterator[None]:
    """What is not there is answered 404, in words."""
    try:
        yield
    except (NoTreeError, NotInTreeError, FormatError, ProofError) as error:
        raise UnknownSubjectError(_two(error)) from error


@contextmanager
def _unknown_if_absent() -> Iterator[None]:
    try:
        yield
    except (NoTreeError, NotInTreeError) as error:
        raise UnknownSubjectError(_two(error)) from error


def _two(error: Exception) -> Text:
    zh, _, en = str(error).partition(" / ")
    return Text(zh=zh, en=en or zh)


def _keys(log: Liuhen) -> list[Verifier]:
    return [key for each in log.settings.known_witnesses for key in each.verifiers]


def _witnessed(log: Liuhen) -> SignedCheckpoint | None:
    return log.tree.witnessed(_keys(log), log.settings.witnesses_required)


def _hardening(log: Liuhen) -> tuple[Guard, ...]:
    """The doctor's findings of the last half minute: whoever asks often does not make the database work."""
    now = time.monotonic()
    known = _EXAMINED.get(log.conninfo)
    if known is None or now - known[0] > _EXAMINE_SECONDS:
        findings = examine(log.settings, log.conninfo, HARDENING)
        known = now, tuple(Guard(name=f.name, title=f.title, state=f.state) for f in findings)
        _EXAMINED.clear()
        _EXAMINED[log.conninfo] = known
    return known[1]


def _cached(request: Request, body: bytes, media_type: str, lasting: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if not request.app.state.liuhen.settings.log_public:
        lasting = lasting.replace("public", "private")  # a shared cache would answer who has no token
    headers = {"Cache-Control": lasting, "ETag": tag}
    asked = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if tag in asked:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
