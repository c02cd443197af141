"""留痕日志."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_new
from application.log_keeping import change_log_key, restart_log
from domain.steps.log_keeping import ChangeLogKey, RestartLog

router = APIRouter(tags=["县级 county"])
post_new(
    router, "/county/log-keys", "log-keeping", ChangeLogKey, change_log_key, "登记日志密钥变更 record a change of keys"
)
post_new(router, "/county/log-restarts", "log-keeping", RestartLog, restart_log, "登记日志重启 record a new beginning")
