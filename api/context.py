"""请求环境 What every route works with: the wired service, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.authority import SEES_CLASSIFIED, SEES_PERSONAL, STEP_ROLES
from api.problems import NotAllowedError, NotAuthenticatedError
from application.sealing import shown
from domain.evolve import Foldable
from domain.recorded import Actor, Role
from domain.streams import StreamKind
from infrastructure.account_directory import PREFIX, AccountDirectory
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
        return self.sees_classified or not getattr(state, "classified", False)

    def shown(self, kind: StreamKind, stream: UUID, value: T) -> T:
        """An event or a state as the holder is shown it: persons in plain words, or as sealed or erased."""
        may_see = bool(self.holder.roles & SEES_PERSONAL)
        return shown(self.liuhen.desk, kind, stream, value, may_see=may_see)

    def actor(self, role: Role) -> Actor:
        """The holder, acting in a role."""
        return _actor(self.holder, role)


@lru_cache(maxsize=1000)
def _actor(holder: Holder, role: Role) -> Actor:
    return Actor(
        account=holder.account, organisation=holder.organisation, uscc=holder.uscc, role=role, person=holder.person
    )


def reader(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)] = None
) -> Context:
    """Whoever holds a valid token may read. Raises NotAuthenticatedError."""
    if credentials is None:
        raise NotAuthenticatedError
    try:
        return Context(request.app.state.liuhen, holder_of(request.app.state, credentials.credentials))
    except BadTokenError as error:
        raise NotAuthenticatedError from error


def holder_of(state: Any, token: str) -> Holder:
    """Who holds a bearer token: an API key, or a token of whichever issuer.

    Raises BadTokenError, IssuerDownError, StoreDownError.
    """
    directory: AccountDirectory = state.liuhen.directory
    foreign: ForeignIssuers = state.liuhen.foreign
    if token.startswith(PREFIX):
        return directory.of_key(token)
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
