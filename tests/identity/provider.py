"""An OpenID provider of another make (Authlib on Flask), on loopback, whose keys can be changed while it runs."""

# The library has no types.
# mypy: disable-error-code="misc,no-untyped-call,import-untyped,no-any-return"
from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core import OpenIDCode as _OpenIDCode
from flask import Flask, Response
from joserfc.jwk import ECKey, Key, KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET, CALLBACK = "county-portal", "portal-secret-of-the-provider", "https://portal.example/callback"
AUDIENCE = "https://liuhen.example"
_KEYS: dict[str, Callable[[], Key]] = {
    "RS256": lambda: RSAKey.generate_key(2048, {"use": "sig"}, private=True),
    "ES256": lambda: ECKey.generate_key("P-256", {"use": "sig"}, private=True),
}


@dataclass
class Person:
    subject: str
    claims: dict[str, Any]

    def get_user_id(self) -> str:
        return self.subject


class _Client(ClientMixin):
    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return CALLBACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == CALLBACK

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "client_credentials"}


@dataclass
class _Code(AuthorizationCodeMixin):
    code: str
    person: Person
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return CALLBACK

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """Issues tokens by the authorization-code grant with PKCE, and by client credentials."""

    def __init__(self) -> None:
        self.address = ""
        self.algorithm = "RS256"
        self.signing: Key = _KEYS["RS256"]()
        self.published: list[Key] = [self.signing]
        self.asked = 0
        """How often the keys were fetched."""
        self.failing = False
        self.person = Person("zhang", {"organisation": "某局", "roles": ["审计"]})
        self.codes: dict[str, _Code] = {}

    def rotate(self, algorithm: str = "RS256", *, keep: bool = True) -> None:
        """Sign with a new key; the one before stays published, or is withdrawn."""
        self.algorithm, self.signing = algorithm, _KEYS[algorithm]()
        self.published = [*(self.published if keep else []), self.signing]

    def app(self) -> Flask:
        app = Flask("provider")
        server = AuthorizationServer(app, query_client=self._client, save_token=lambda token, request: None)
        server.register_token_generator("default", self._generator())
        server.register_grant(self._code_grant(), [CodeChallenge(required=True), self._open_id()])
        server.register_grant(grants.ClientCredentialsGrant)

        @app.get("/authorize")
        def authorize() -> Any:
            grant = server.get_consent_grant(end_user=self.person)
            return server.create_authorization_response(grant=grant, grant_user=self.person)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/jwks.json")
        def jwks() -> Any:
            self.asked += 1
            if self.failing:
                return Response(status=500)
            return KeySet(self.published).as_dict(private=False)

        @app.get("/elsewhere.json")
        def elsewhere() -> Any:
            return Response(status=302, headers={"Location": "/jwks.json"})

        return app

    def _client(self, client_id: str) -> _Client | None:
        return _Client() if client_id == CLIENT else None

    def _generator(self) -> JWTBearerTokenGenerator:
        provider = self

        class Generator(JWTBearerTokenGenerator):
            @property
            def alg(self) -> str:
                return provider.algorithm

            @alg.setter
            def alg(self, _: str) -> None:
                """The provider's own, which changes."""

            def get_jwks(self) -> Any:
                return KeySet([provider.signing])  # so that the token names its key

            def get_audiences(self, client: Any, user: Any, scope: str) -> list[str]:
                return [AUDIENCE, client.get_client_id()]

            def get_extra_claims(self, client: Any, grant_type: str, user: Any, scope: str) -> dict[str, Any]:
                return user.claims if user else {"organisation": "门户系统", "roles": "owner"}

        return Generator(issuer=self.address, expires_generator=lambda client, grant: 600)

    def _code_grant(self) -> type[grants.AuthorizationCodeGrant]:
        codes = self.codes

        class CodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = ["client_secret_basic"]

            def save_authorization_code(self, code: str, request: Any) -> None:
                said = request.payload.data
                codes[code] = _Code(
                    code,
                    request.user,
                    request.payload.scope,
                    said.get("nonce"),
                    said.get("code_challenge"),
                    said.get("code_challenge_method"),
                )

            def query_authorization_code(self, code: str, client: Any) -> _Code | None:
                return codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                del codes[authorization_code.code]

            def authenticate_user(self, authorization_code: _Code) -> Person:
                return authorization_code.person

        return CodeGrant

    def _open_id(self) -> _OpenIDCode:
        provider = self

        class OpenIDCode(_OpenIDCode):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return any(c.nonce == nonce for c in provider.codes.values())

            def resolve_client_private_key(self, client: Any) -> Any:
                return KeySet([provider.signing])  # so that the token names its key

            def get_client_algorithm(self, client: Any) -> str:
                return provider.algorithm

            def get_client_claims(self, client: Any) -> dict[str, Any]:
                return {"iss": provider.address}

            def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:
                return {"sub": user.subject}

        return OpenIDCode()


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, _late(provider), threaded=True)
    provider.address = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _late(provider: Provider) -> Any:
    """The application, made at the first request: it needs the address that the server was given."""
    made: list[Flask] = []

    def serve(environ: Any, start: Any) -> Any:
        if not made:
            made.append(provider.app())
        return made[0](environ, start)

    return serve


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())


def logged_in(provider: Provider) -> dict[str, Any]:
    """What a portal gets when its user logs in: authorization code with PKCE and nonce (OIDC Core 3.1)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": secrets.token_urlsafe(8),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    try:
        _OPENER.open(f"{provider.address}/authorize?{urllib.parse.urlencode(query)}", timeout=10)
    except urllib.error.HTTPError as redirect:
        with redirect:
            sent_to = urllib.parse.urlsplit(redirect.headers["Location"])
    given = dict(urllib.parse.parse_qsl(sent_to.query))
    assert given["state"] == "s"
    return _token(
        provider, grant_type="authorization_code", code=given["code"], redirect_uri=CALLBACK, code_verifier=verifier
    )


def as_program(provider: Provider) -> dict[str, Any]:
    """What a program gets by its own credentials (RFC 6749 4.4)."""
    return _token(provider, grant_type="client_credentials", scope="write")


def _token(provider: Provider, **form: str) -> dict[str, Any]:
    basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    asked = urllib.request.Request(
        f"{provider.address}/token", urllib.parse.urlencode(form).encode(), {"Authorization": f"Basic {basic}"}
    )
    with _OPENER.open(asked, timeout=10) as answer:
        return dict(json.load(answer))
