"""请求环境 What every route works with: the wired service, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.authority import SEES_CLASSIFIED, STEP_ROLES
from api.problems import NotAllowedError, NotAuthenticatedError
from domain.recorded import Actor, Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import BadTokenError, Holder, Issuer

_BEARER = HTTPBearer(auto_error=False, description="JWT，由本服务签发 issued by this service")


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

    def actor(self, role: Role) -> Actor:
        """The holder, acting in a role."""
        return Actor(
            account=self.holder.account, organisation=self.holder.organisation, uscc=self.holder.uscc, role=role
        )


def reader(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)] = None
) -> Context:
    """Whoever holds a valid token may read. Raises NotAuthenticatedError."""
    issuer: Issuer = request.app.state.issuer
    if credentials is None:
        raise NotAuthenticatedError
    try:
        return Context(request.app.state.liuhen, issuer.check(credentials.credentials))
    except BadTokenError as error:
        raise NotAuthenticatedError from error


Reader = Annotated[Context, Depends(reader)]


def acting(step: str) -> Callable[[Context], tuple[Context, Actor]]:
    """A dependency: the token must hold a role that may record the step. Raises NotAllowedError."""
    roles = STEP_ROLES[step]

    def act(context: Reader) -> tuple[Context, Actor]:
        role = next((r for r in roles if r in context.holder.roles), None)
        if role is None:
            raise NotAllowedError(roles)
        return context, context.actor(role)

    return act


def chosen(context: Context, actor: Actor, asked: Role | None, step: str) -> Actor:
    """The actor in the capacity asked for, if the token holds it and it may record the step.

    Raises NotAllowedError.
    """
    if asked is None:
        return actor
    if asked not in STEP_ROLES[step] or asked not in context.holder.roles:
        raise NotAllowedError(STEP_ROLES[step])
    return context.actor(asked)
