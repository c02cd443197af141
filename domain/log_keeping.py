"""留痕日志 What the county knows of its verifiable log: whose keys sign it, and from where it was begun anew."""

from __future__ import annotations

from enum import StrEnum

from domain.dates import CivilDate
from domain.event import Value


class KeyHolder(StrEnum):
    """Whose key it is."""

    LOG = "LOG"  # 运营方：签署检查点
    WITNESS = "WITNESS"  # 见证方：附署检查点


class KeyChange(StrEnum):
    """What became of the key."""

    ADDED = "ADDED"  # 启用
    RETIRED = "RETIRED"  # 停用


class LogKey(Value):
    """密钥 A public key that signs checkpoints, from the day it was taken into use to the day it was retired."""

    holder: KeyHolder
    key: str
    added_on: CivilDate | None
    """None for a key that was in use before anything was recorded of keys."""
    retired_on: CivilDate | None = None


class LogRestart(Value):
    """重启 A log that was given up, and the one that follows it."""

    abandoned_origin: str
    abandoned_size: int
    origin: str
    reason: str
    document_no: str
    on: CivilDate
