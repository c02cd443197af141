"""令牌端点 Short tokens for programs: OAuth 2.0 client credentials (RFC 6749 4.4), client_secret_basic or _post."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from api.context import address_of, holder_of_secret, note_failure
from domain.event import Value
from infrastructure.issuer import BadTokenError, Issuer

router = APIRouter(prefix="/oauth", tags=["令牌 tokens"])

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenAnswer(Value):
    """令牌 A short token (RFC 6749 5.1)."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int = Field(description="有效秒数 seconds")


class TokenRefusal(Value):
    """不予签发 Why there is none (RFC 6749 5.2)."""

    error: str
    error_description: str = ""


class _RefusedError(Exception):
    def __init__(self, status: int, error: str, told: str) -> None:
        super().__init__(told)
        self.status = status
        self.body = TokenRefusal(error=error, error_description=told)


@router.post(
    "/token",
    summary="以密钥换取短期令牌 a short token for a key",
    response_model=TokenAnswer,
    responses={400: {"model": TokenRefusal}, 401: {"model": TokenRefusal}},
)
def post_token(
    request: Request,
    grant_type: Annotated[str, Form(max_length=100, description="client_credentials")] = "",
    client_id: Annotated[str | None, Form(max_length=100, description="密钥标识 public id of the key")] = None,
    client_secret: Annotated[str | None, Form(max_length=200, description="密钥 its secret")] = None,
    scope: Annotated[str | None, Form(max_length=1000)] = None,
    authorization: Annotated[str | None, Header(max_length=1000, include_in_schema=False)] = None,
) -> JSONResponse:
    """The key's public id is the client_id, its secret the client_secret; in Basic authentication or in the form.

    The token stands for the account and what is granted to it at each request; it dies with the key.
    """
    issuer: Issuer = request.app.state.issuer
    try:
        key_id, secret = _client(authorization, client_id, client_secret)
        if grant_type != "client_credentials":
            raise _RefusedError(400, "unsupported_grant_type", "only client_credentials")  # noqa: TRY301
        if scope:
            raise _RefusedError(400, "invalid_scope", "what a token may do is granted, not asked for")  # noqa: TRY301
        token, seconds = issuer.issue_for_key(holder_of_secret(request.app.state, key_id, secret, address_of(request)))
    except BadTokenError:
        note_failure(request, key_id)
        return _refused(_RefusedError(401, "invalid_client", "no such key"))
    except _RefusedError as error:
        return _refused(error)
    return JSONResponse(TokenAnswer(access_token=token, expires_in=seconds).model_dump(mode="json"), headers=_NOT_KEPT)


def _client(authorization: str | None, client_id: str | None, client_secret: str | None) -> tuple[str, str]:
    """Who asks, by one method only (RFC 6749 2.3). Raises _RefusedError."""
    if authorization is None:
        if not client_id or not client_secret:
            raise _RefusedError(401, "invalid_client", "client_id and client_secret are needed")
        return client_id, client_secret
    if client_secret is not None:
        raise _RefusedError(400, "invalid_request", "use one method of client authentication")
    scheme, _, coded = authorization.partition(" ")
    try:
        named, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise _RefusedError(401, "invalid_client", "Basic authentication is needed")
    return unquote_plus(named), unquote_plus(secret)


def _refused(error: _RefusedError) -> JSONResponse:
    headers: dict[str, Any] = dict(_NOT_KEPT)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="liuhen"'
    return JSONResponse(error.body.model_dump(mode="json"), error.status, headers=headers)
