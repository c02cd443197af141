"""What is in an evidence bundle, for tests that look into it."""

from __future__ import annotations

from infrastructure.tlog.bundle_file import read_parts


def parts_of(data: bytes) -> dict[str, bytes]:
    """Every part by its name; the bundle is in its one form."""
    return {name: bytes(part) for name, part in read_parts(data).all.items()}
