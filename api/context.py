"""请求环境 What every route works with: the wired service, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.authority import SEES_CLASSIFIED, SEES_PERSONAL, STEP_ROLES, WATCHING, named_in, rule_of
from api.problems import NotAllowedError, NotAuthenticatedError, security
from api.rate_limits import spend
from application.act import Act
from application.desk import Reading
from application.scope import BOUND_TO_UNIT, OutOfScopeError, Scope
from application.sealing import shown
from domain.dates import CivilDate
from domain.evolve import Foldable
from domain.recorded import ADMINISTRATORS, Actor, Role
from domain.streams import StreamKind
from domain.unit import Unit
from infrastructure.account_directory import PREFIX, AccountDirectory, key_id_of, parts_of
from infrastructure.attempts import Attempts
from infrastructure.bootstrap import Liuhen
from infrastructure.foreign_issuers import ForeignIssuers
from infrastructure.issuer import BadTokenError, Holder, Issuer

T = TypeVar("T")

BEARER = HTTPBearer(
    auto_error=False,
    description="JWT，由本服务或所信任的签发方签发 issued by this service or an issuer that it relies on",
)


@dataclass(frozen=True)
class Context:
    """The service, and the holder of the request's token."""

    liuhen: Liuhen
    holder: Holder

    @property
    def log_id(self) -> int:
        """The log that is served."""
        return self.liuhen.settings.division

    @property
    def sees_classified(self) -> bool:
        """May the holder see placeholders of classified projects in views?"""
        return bool(self.holder.roles & SEES_CLASSIFIED)

    def sees(self, kind: StreamKind, state: Foldable) -> bool:
        """May the holder see this stream, as it stands? What belongs to a classified project only with a grant."""
        if kind is StreamKind.ACCOUNTS:
            return Role.AUDIT_ADMIN in self.holder.roles
        if not self.holder.roles & WATCHING:
            return False
        if getattr(state, "classified", False) and not self.sees_classified:
            return False
        if isinstance(state, Unit):
            return self.reaches(state.uscc)
        if kind in _REACHED:
            return self.reaches(state.id)
        return kind not in _OF_ALL or None in _scopes(self.holder)

    def scope(self, role: Role) -> Scope | None:
        """How far the holder reaches in a role; None for everything."""
        return _scope(self.holder, role)

    def reaches(self, subject: UUID | str | None) -> bool:
        """Does the holder, in any of its roles, reach a project, system or unit? None is reached by everybody."""
        scopes = _scopes(self.holder)
        if subject is None or None in scopes:
            return True
        looking = Reading(self.liuhen.desk, _NOBODY)
        return any(s is not None and s.reaches(subject, looking) for s in scopes)

    def shown(self, kind: StreamKind, stream: UUID, value: T) -> T:
        """An event or a state as the holder is shown it: persons in plain words, or as sealed or erased."""
        may_see = bool(self.holder.roles & SEES_PERSONAL)
        return shown(self.liuhen.desk, kind, stream, value, may_see=may_see)

    def actor(self, role: Role) -> Actor:
        """The holder, acting in a role."""
        return _actor(self.holder, role)


_REACHED = frozenset({StreamKind.PROJECT, StreamKind.SYSTEM})
"""Kinds of histories that belong to units, so that not every role reaches each."""
_OF_ALL = frozenset({StreamKind.REGISTER, StreamKind.GUIDANCE_FUND})
"""Kinds that tell of the projects of all units."""
_NOBODY = Act(Actor(account="-", organisation="-", role=Role.AUDITOR), CivilDate.on(date.min))
"""Reading states needs somebody who asks; nothing is decided here."""


@lru_cache(maxsize=1000)
def _scope(holder: Holder, role: Role) -> Scope | None:
    """A token of this machine that names no unit is bound to none; a recorded account of such a role always is."""
    if role in ADMINISTRATORS:
        return None
    divisions = tuple(d for r, d in holder.divisions if r is role) or ("",)
    scope = Scope(role, holder.uscc if role in BOUND_TO_UNIT else None, divisions)
    return None if scope.whole else scope


@lru_cache(maxsize=1000)
def _scopes(holder: Holder) -> frozenset[Scope | None]:
    return frozenset(_scope(holder, role) for role in holder.roles)


@lru_cache(maxsize=1000)
def _actor(holder: Holder, role: Role) -> Actor:
    return Actor(
        account=holder.account, organisation=holder.organisation, uscc=holder.uscc, role=role, person=holder.person
    )


def reader(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)] = None
) -> Context:
    """Whoever holds a valid token may read what its roles may. Each request is counted, whatever comes of it.

    Raises NotAuthenticatedError, TooManyRequestsError, NotAllowedError, OutOfScopeError.
    """
    if credentials is None:
        raise NotAuthenticatedError
    try:
        holder = holder_of(request.app.state, credentials.credentials, address_of(request))
    except BadTokenError as error:
        note_failure(request, key_id_of(credentials.credentials))
        raise NotAuthenticatedError from error
    spend(request, holder.account)
    context = Context(request.app.state.liuhen, holder)
    _admit(request, context)
    return context


def _admit(request: Request, context: Context) -> None:
    """Hold the holder to the table of routes, and to the objects that it reaches. Acts are held to both by themselves.

    Raises NotAllowedError, OutOfScopeError.
    """
    path = request.url.path
    if request.method == "POST" and request.app.state.acts.find(path) is not None:
        return
    rule = rule_of(request.method, path)
    if rule is None or not rule.roles & context.holder.roles:
        raise NotAllowedError(sorted(rule.roles) if rule is not None else ())
    named = named_in(path)
    if named is not None and not context.reaches(named):
        raise OutOfScopeError(named)


def address_of(request: Request) -> str:
    """The address that asks, as the server sees it."""
    return request.client.host if request.client is not None else ""


def note_failure(request: Request, key_id: str | None) -> None:
    """Count and note a wrong key, by its public id. Of other tokens nothing is counted: nobody guesses signatures."""
    if key_id is not None:
        address = address_of(request)
        failures = request.app.state.attempts.failed(key_id, address)
        security.warning("security.wrong_key", key=key_id, address=address, failures=failures)


def holder_of_secret(state: Any, key_id: str, secret: str, address: str) -> Holder:
    """The holder of a key. Raises BadTokenError, StoreDownError, LockedOutError after too many wrong ones."""
    attempts: Attempts = state.attempts
    directory: AccountDirectory = state.liuhen.directory
    if not directory.administers(key_id):
        attempts.check(key_id, address)
    holder = directory.of_secret(key_id, secret)
    attempts.came_in(key_id, address)
    return holder


def holder_of(state: Any, token: str, address: str) -> Holder:
    """Who holds a bearer token: an API key, or a token of whichever issuer.

    Raises BadTokenError, IssuerDownError, StoreDownError, LockedOutError.
    """
    directory: AccountDirectory = state.liuhen.directory
    foreign: ForeignIssuers = state.liuhen.foreign
    if token.startswith(PREFIX):
        return holder_of_secret(state, *parts_of(token), address)
    if foreign.issued(token):
        holder = foreign.check(token)
        return directory.of_login(holder.account) or holder
    issuer: Issuer = state.issuer
    holder = issuer.check(token)
    if holder.key is not None:
        return directory.of_issued(holder.account, holder.key)
    # Tokens that say their roles themselves: those of the demo in the demo, others until accounts are recorded.
    if holder.demo != state.demo or (not holder.demo and directory.begun):
        raise BadTokenError("roles of its own")
    return holder


Reader = Annotated[Context, Depends(reader)]


def acting(step: str) -> Callable[[Context], tuple[Context, Actor]]:
    """A dependency: the token must hold a role that may record the step. Raises NotAllowedError."""

    def act(context: Reader) -> tuple[Context, Actor]:
        return context, actor_for(context, None, step)

    return act


def actor_for(context: Context, asked: Role | None, step: str) -> Actor:
    """The holder in the capacity asked for, else in the first of its roles that may record the step.

    Raises NotAllowedError when the token does not hold it, or it may not record the step.
    """
    role = _role_of(context.holder.roles, asked, step)
    if role is None:
        raise NotAllowedError(STEP_ROLES[step])
    return context.actor(role)


@lru_cache(maxsize=1000)
def _role_of(held: frozenset[Role], asked: Role | None, step: str) -> Role | None:
    return next((r for r in STEP_ROLES[step] if r in held and asked in {None, r}), None)
