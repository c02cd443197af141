"""材料库 Where papers are kept: a folder, or a bucket of an S3-compatible service. Both name them by their digest.

A paper is received in a file beside, and put in its place when it is whole: what stands under a digest is all there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

CHUNK = 1 << 20
"""Bytes that are moved at a time."""


class DocumentStoreError(Exception):
    """The store cannot be reached, is full, or does not hold what it should. Nothing was kept."""


class DocumentStore(Protocol):
    """Keeps papers by their digest, for good."""

    incoming: Path
    """Where a paper is while it comes in."""

    def keep(self, sha256: str, paper: Path) -> None:
        """Put a whole paper in its place, durably. Keeping it again changes nothing. Raises DocumentStoreError."""
        ...

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """The content in pieces, or None when it is not here. Raises DocumentStoreError."""
        ...


class FolderStore:
    """Papers in a folder: ab/cdef…, 256 folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.incoming = folder / "incoming"  # in the same file system, so that a paper is put in its place at once

    def keep(self, sha256: str, paper: Path) -> None:
        """Put a paper in its place."""
        place = self._place(sha256)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with paper.open("rb") as content:
                os.fsync(content.fileno())
            with suppress(FileExistsError):
                os.link(paper, place)  # never replaces one that is there
            for folder in (place.parent, self._folder):
                _sync(folder)
        except OSError as error:
            raise DocumentStoreError(type(error).__name__) from error

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """The content of a paper."""
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DocumentStoreError(type(error).__name__) from error

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(CHUNK):
                    yield piece

        return pieces()

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:]


class BucketStore:
    """Papers in a bucket. `client` is one of boto3 (extra `s3`); its settings are those of the AWS environment."""

    def __init__(self, client: Any, bucket: str, prefix: str, incoming: Path) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self.incoming = incoming

    def keep(self, sha256: str, paper: Path) -> None:
        """Put a paper in its place; the service checks what it received by a checksum."""
        extra = {"ChecksumAlgorithm": "SHA256"}
        self._asked(lambda: self._client.upload_file(str(paper), self._bucket, self._key(sha256), ExtraArgs=extra))

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """The content of a paper."""
        found = self._asked(lambda: self._client.get_object(Bucket=self._bucket, Key=self._key(sha256)))
        if found is None:
            return None
        pieces: Iterator[bytes] = found["Body"].iter_chunks(CHUNK)
        return pieces

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}{sha256[:2]}/{sha256[2:]}"

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """What the service answers; None for what it does not have."""
        from boto3.exceptions import S3UploadFailedError  # noqa: PLC0415 (an extra, needed by a bucket only)
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            return ask()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                return None
            raise DocumentStoreError(type(error).__name__) from error
        except (BotoCoreError, S3UploadFailedError, OSError) as error:
            raise DocumentStoreError(type(error).__name__) from error


def store_named(named: str | None, data_dir: Path, endpoint: str | None = None) -> DocumentStore:
    """The store of a setting: s3://bucket/prefix, a folder, or none for the one in the data folder.

    Raises DocumentStoreError when the package for buckets is not installed.
    """
    if named is None or not named.startswith("s3://"):
        return FolderStore(Path(named) if named else data_dir / "documents")
    try:
        import boto3  # noqa: PLC0415 (an extra, needed by a bucket only)
    except ImportError as error:
        raise DocumentStoreError(
            "存储桶需要安装附加组件s3（pip install liuhen[s3]）/ a bucket needs the extra s3"
        ) from error
    bucket, _, prefix = named.removeprefix("s3://").partition("/")
    return BucketStore(
        boto3.client("s3", endpoint_url=endpoint),
        bucket,
        f"{prefix.rstrip('/')}/" if prefix else "",
        data_dir / "incoming",
    )


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
