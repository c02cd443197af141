"""耐久文件 Files that survive a crash: written beside, flushed to the disk, then put in place at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600


def replace(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Put a file in place whole and on the disk, or leave what was there. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with _created(beside, mode) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def create(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Put a new file in place whole and on the disk. Raises FileExistsError when there is one: it is never replaced."""
    with creating(path, mode=mode) as file:
        file.write(content)


@contextmanager
def creating(path: Path, *, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """A new file, put in place whole and on the disk when the block ends, and not at all when it raises.

    It can be read in the block, too. Raises FileExistsError when there is one: it is never replaced.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _created(beside, mode) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def append(path: Path, line: bytes) -> None:
    """Add a line at the end, on the disk when this returns. Half a line that a crash left is ended first."""
    fresh = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE), "ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _created(path: Path, mode: int) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "w+b")
