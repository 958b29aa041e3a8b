"""A receiver of webhooks on loopback, as a process of its own: answers 204 and remembers when each alert came.

`python -m bench.receiver` prints its port, then serves until SIGTERM. GET /arrivals tells, DELETE /arrivals forgets.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson
from aiohttp import web

from bench.programs import ROOT

SECRET = "whsec_cmFzaWQtYmVuY2gtcmVjZWl2ZXItc2VjcmV0LTAwMDE="  # of this receiver alone


class Arrival(NamedTuple):
    """An alert that came: its id, its article, and CLOCK_MONOTONIC, which processes of one machine share."""

    alert_id: str
    uri: str
    at_ns: int


class Receiver:
    """The receiver's process, for the block; `table` is what a receivers file says of it."""

    def __enter__(self) -> Self:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bench.receiver"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        self._url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def write_table(self, path: Path) -> Path:
        """A receivers file that names it `default`."""
        path.write_text(
            '[[receiver]]\nname = "default"\ntype = "webhook"\nallow_private = true\n'
            f'url = "{self._url}/hook"\nsecrets = ["{SECRET}"]\n'
        )
        return path

    def arrivals(self) -> list[Arrival]:
        """What has come since it was last emptied."""
        with urllib.request.urlopen(f"{self._url}/arrivals", timeout=30) as answer:
            return [Arrival(*each) for each in json.load(answer)]

    def forget(self) -> None:
        """Empties it."""
        asked = urllib.request.Request(f"{self._url}/arrivals", method="DELETE")
        urllib.request.urlopen(asked, timeout=30).close()


class _Desk:
    """What the process itself does: keep bodies as they come, and look into them only when asked."""

    def __init__(self) -> None:
        self._came: list[tuple[str, bytes, int]] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self._came.append((request.headers.get("webhook-id", ""), body, time.monotonic_ns()))
        return web.Response(status=204)

    async def tell(self, _: web.Request) -> web.Response:
        told: list[Any] = [(name, orjson.loads(body)["data"]["article"]["uri"], at) for name, body, at in self._came]
        return web.Response(body=orjson.dumps(told), content_type="application/json")

    async def forget(self, _: web.Request) -> web.Response:
        self._came.clear()
        return web.Response(status=204)


async def _serve() -> None:
    desk, app, over = _Desk(), web.Application(), asyncio.Event()
    app.add_routes(
        [web.post("/hook", desk.take), web.get("/arrivals", desk.tell), web.delete("/arrivals", desk.forget)]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
