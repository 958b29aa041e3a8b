"""/metrics, /live and /ready over HTTP, from the moment a worker starts, before it has a broker.

What being ready or alive takes is said by named checks, which the parts of the service add; nothing is decided here.
"""

from collections.abc import Callable
from typing import Final

import orjson
from aiohttp import web
from mode import Service
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from rasid.errors import ConfigError

Check = Callable[[], str | None]

SHUTDOWN_SECONDS: Final = 1.0  # for an answer under way


class Checks:
    """Named conditions, of which each says None when it holds, or what is wrong."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._facts: dict[str, Callable[[], int]] = {}

    def add(self, name: str, check: Check) -> None:
        """Adds a condition, or takes the place of the one with that name. `check` is called often: it must be quick."""
        self._checks[name] = check

    def tell(self, name: str, fact: Callable[[], int]) -> None:
        """Adds a figure that the answer carries beside what fails."""
        self._facts[name] = fact

    def facts(self) -> dict[str, int]:
        """The figures, by name."""
        return {name: fact() for name, fact in self._facts.items()}

    def failing(self) -> dict[str, str]:
        """What is wrong, by name; empty when all holds."""
        said = {name: check() for name, check in self._checks.items()}
        return {name: wrong for name, wrong in said.items() if wrong is not None}


class Server(Service):
    """Serves in the running loop; a mode service so that a worker stops it last."""

    def __init__(self, host: str, port: int, *, readiness: Checks, liveness: Checks) -> None:
        super().__init__()
        self._host, self._wanted_port = host, port
        self._readiness, self._liveness = readiness, liveness
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def on_start(self) -> None:
        """Listens; raises ConfigError where the address cannot be had."""
        site = web.Application()
        site.add_routes(
            [web.get("/metrics", self._metrics), web.get("/live", self._live), web.get("/ready", self._ready)]
        )
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._wanted_port).start()
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._host}:{self._wanted_port}"
            raise ConfigError(
                f"cannot serve /metrics, /live and /ready on {where}: {error.strerror or error}: choose "
                "another RASID_WEB_PORT (0 takes a free one) or RASID_WEB_HOST"
            ) from error
        self.port = self._runner.addresses[0][1]

    async def on_stop(self) -> None:
        """Closes the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    def watch(self, readiness: Checks, liveness: Checks) -> None:
        """From now on answers by these: before there is an app, others hold."""
        self._readiness, self._liveness = readiness, liveness

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type})

    async def _live(self, _request: web.Request) -> web.Response:
        return _answer("live", self._liveness)

    async def _ready(self, _request: web.Request) -> web.Response:
        return _answer("ready", self._readiness)


def _answer(what: str, checks: Checks) -> web.Response:
    """200 and `{"ready": true}`, or 503 with what is wrong by name."""
    failing = checks.failing()
    body = orjson.dumps({what: not failing, "failing": failing, **checks.facts()})
    return web.Response(status=503 if failing else 200, body=body, content_type="application/json")
