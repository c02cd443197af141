"""The API over real HTTP, in this process, on a port that the system chooses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from api.main import create_app
from api.workers import ending_streams
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Issuer


@contextmanager
def serving(liuhen: Liuhen, app: FastAPI | None = None, config: uvicorn.Config | None = None) -> Iterator[str]:
    """The address of the service while the block runs; of an application, or a server, that there is, if it is given."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if config is None:
            app = app or create_app(liuhen, Issuer(liuhen.settings.data_dir))
            config = uvicorn.Config(app, log_config=None, access_log=False)
        server = ending_streams(uvicorn.Server(config))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        waiting = threading.Event()
        while not server.started and thread.is_alive():
            waiting.wait(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
