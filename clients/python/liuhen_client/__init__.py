"""留痕客户端 The Python client of Liuhen's API: typed operations, safe to retry, its receipts checked."""

from liuhen_client.client import Client
from liuhen_client.errors import (
    FileUnfinishedError,
    LiuhenError,
    ProblemError,
    RefusedError,
    UnreachableError,
    VersionMovedError,
)
from liuhen_client.receipts import ReceiptError, check_receipt

__all__ = [
    "Client",
    "FileUnfinishedError",
    "LiuhenError",
    "ProblemError",
    "ReceiptError",
    "RefusedError",
    "UnreachableError",
    "VersionMovedError",
    "check_receipt",
]
