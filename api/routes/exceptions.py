"""例外."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.exceptions import grant_exception, revoke_exception
from domain.steps.exceptions import GrantException, RevokeException

router = APIRouter(tags=["立项 approval"])
_PATH = "/projects/{subject}/exceptions"
post_to(router, _PATH, "exceptions", GrantException, grant_exception, "登记例外 record an exception")
post_to(router, f"{_PATH}/revocation", "exceptions", RevokeException, revoke_exception, "撤销例外 revoke it")
