"""The Faust app: how it is configured, and which agents make it up.

What each agent does is in its own module, which has a `register(app, settings)`; the agents meet only at topics.
"""

import importlib
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any, Final

import faust
from faust.types.auth import CredentialsT

from agents import batching, kafka
from agents.health import Checks
from agents.sending import by_crc32
from agents.settings import Settings

AGENTS: Final = ("agents.tag", "agents.alert", "agents.deliver")
COMMIT_SECONDS: Final = 0.1  # a kill -9 doubles what was done in so long
HEARTBEATS: Final = 5  # in a session: three may be lost, or the loop be busy for so long
NEVER_SECONDS: Final = 24 * 3600.0  # aiokafka leaves the group for ever after so long without a fetch
SEND_SECONDS: Final = 120.0  # a broker's restart is waited for; after that the worker ends and is started again
PRODUCER_BATCH_BYTES: Final = 1 << 20  # aiokafka's 16 KiB halve the rate


class App(faust.App):
    """Faust's app that knows its settings, and what must be so before it is ready or stays alive (health.py)."""

    settings: Settings
    readiness: Checks
    liveness: Checks
    scratch: tempfile.TemporaryDirectory[str]  # removed with the app
    early: list[Callable[[], Awaitable[None]]]  # tasks that need not wait until the group is joined

    async def on_start(self) -> None:
        """Begins the early tasks; `task` begins one when agents run."""
        await super().on_start()
        for task in self.early:
            self.add_future(task())


def make_app(settings: Settings) -> App:
    """An app without agents for the configured broker, reading in batches and crash-only.

    Its options are part of the promise that nothing is lost: acknowledgements of all replicas, a supervisor that ends
    the process on any surprise, and a stop that waits for what agents hold.
    """
    scratch = tempfile.TemporaryDirectory(prefix="rasid-")  # Faust wants a folder; tables stay in memory
    app = App(
        settings.group_id,
        env={},  # or Faust would take bare names such as BROKER_URL and WEB_PORT from the environment
        autodiscover=False,
        broker=[f"kafka://{server}" for server in settings.servers],
        broker_credentials=credentials(settings),
        broker_client_id="rasid",
        broker_commit_interval=COMMIT_SECONDS,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / HEARTBEATS,
        broker_max_poll_interval=NEVER_SECONDS,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=kafka.MAX_MESSAGE_BYTES // 4,
        producer_acks=-1,
        producer_max_batch_size=PRODUCER_BATCH_BYTES,
        producer_max_request_size=kafka.MAX_MESSAGE_BYTES,
        producer_request_timeout=SEND_SECONDS,
        producer_partitioner=by_crc32,
        processing_guarantee="at_least_once",
        agent_supervisor="mode.CrashingSupervisor",
        stream_wait_empty=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication_factor,
        topic_allow_declare=False,  # topics.py creates them
        topic_disable_leader=True,
        store="memory://",
        datadir=scratch.name,
        Monitor=batching.BatchMonitor,
        web_enabled=False,  # health.py serves
    )
    app.scratch = scratch
    app.settings, app.readiness, app.liveness, app.early = settings, Checks(), Checks(), []
    batching.install(app, settings.fetch_max_wait_ms)
    return app


def credentials(settings: Settings) -> CredentialsT | None:
    """How Faust signs in and encrypts; None for plain text without a user."""
    context = kafka.tls(settings)
    if settings.uses_sasl:
        password = settings.sasl_password
        return faust.SASLCredentials(
            mechanism=settings.sasl_mechanism,
            username=settings.sasl_username,
            password=password.get_secret_value() if password else None,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None


def build(settings: Settings) -> App:
    """The app with every agent of the service."""
    app = make_app(settings)
    for name in AGENTS:
        module: Any = importlib.import_module(name)
        module.register(app, settings)
    return app
