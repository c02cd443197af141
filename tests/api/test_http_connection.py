"""What one turn of the loop writes to a client goes out in one piece, and nothing that was written is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from api.http_connection import HttpConnection


class Wire(asyncio.Transport):
    """A transport that notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bytes | str] = []
        self.gone = False

    def write(self, data: Any) -> None:
        self.told.append(bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        self.told.append(b"".join(list_of_data))

    def close(self) -> None:
        self.told.append("closed")
        self.gone = True

    def is_closing(self) -> bool:
        return self.gone

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 1)}.get(name, default)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def transport(loop: asyncio.AbstractEventLoop, wire: Wire) -> Any:
    config = uvicorn.Config(FastAPI(), log_config=None)
    config.load()
    connection = HttpConnection(config, ServerState(), {}, loop)
    connection.connection_made(wire)
    return connection.transport


def turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(asyncio.sleep(0))


def test_head_and_body_go_together_and_what_is_written_later_by_itself(
    loop: asyncio.AbstractEventLoop, wire: Wire, transport: Any
) -> None:
    transport.write(b"head ")
    transport.write(b"body")
    transport.write(b"more")
    assert wire.told == [b"head body"]
    turn(loop)
    assert wire.told == [b"head body", b"more"]


def test_what_is_held_goes_before_the_end(loop: asyncio.AbstractEventLoop, wire: Wire, transport: Any) -> None:
    transport.write(b"head")
    transport.close()
    turn(loop)
    assert wire.told == [b"head", "closed"]


def test_nothing_is_written_to_who_is_gone(loop: asyncio.AbstractEventLoop, wire: Wire, transport: Any) -> None:
    transport.write(b"head")
    wire.gone = True
    turn(loop)
    assert wire.told == []
