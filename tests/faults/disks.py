"""Disks that fill up, fail, or lose their power: file systems of the test's own, where they may be mounted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _needs(*programs: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def _mount(*arguments: object) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not possible here: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory of a size, mounted on a folder."""
    _needs("mount", "umount")
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    try:
        yield folder
    finally:
        _unmount(folder)


class Ballast:
    """A file that takes all the room of a disk, but for some."""

    def __init__(self, disk: Path, leave: int) -> None:
        self._file = disk / "ballast"
        with self._file.open("wb") as out:
            while True:
                free = shutil.disk_usage(disk).free - leave
                try:
                    os.posix_fallocate(out.fileno(), 0, free)
                except OSError:
                    out.truncate(0)
                    if shutil.disk_usage(disk).free - leave >= free:
                        raise
                else:
                    break  # nobody took of it meanwhile

    def remove(self) -> None:
        self._file.unlink()


class PowerCut:
    """A file system on a file, whose power can be cut: what was not written through is gone."""

    def __init__(self, folder: Path, megabytes: int, kind: str) -> None:
        _needs("mount", "umount", "losetup", f"mkfs.{kind}", "xfs_io")
        self.disk = folder / "disk"
        self.disk.mkdir()
        self._image = folder / "image"
        with self._image.open("wb") as out:
            out.truncate(megabytes * 1024 * 1024)
        subprocess.run([f"mkfs.{kind}", "-q", *(["-F"] if kind == "ext4" else []), str(self._image)], check=True)
        self.mounted = False

    def mount(self) -> None:
        _mount("-o", "loop", self._image, self.disk)
        self.mounted = True

    def write_through(self) -> None:
        """All that is there by now outlives a cut."""
        subprocess.run(["sync", "-f", str(self.disk)], check=True)

    def cut(self) -> None:
        """Now. From here on every call to the disk fails (EIO), until it is mounted anew."""
        subprocess.run(["xfs_io", "-x", "-c", "shutdown", str(self.disk)], check=True, capture_output=True)

    def unmount(self) -> None:
        if self.mounted:
            _unmount(self.disk)
            self.mounted = False
