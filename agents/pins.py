"""The versions and private names of Faust and aiokafka that batching, sending and reconnect use, and their checks."""

from importlib.metadata import version
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from faust.transport import consumer as base
from faust.transport.drivers import aiokafka as driver

from rasid.errors import ConfigError

# Exactly these are asked for; pyproject.toml says the same.
PINNED: Final = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "mode-streaming": "0.7.1"}
PrivateNames = tuple[tuple[type, tuple[str, ...]], ...]
PRIVATE_NAMES: Final[PrivateNames] = (
    (driver.Consumer, ("_getmany", "_to_message", "_new_consumer_thread")),
    (base.Consumer, ("_filter_tps_with_pending_acks", "_new_offset", "_add_gap")),
    (base.Consumer, ("_acked", "_acked_index", "_committed_offset", "_unacked_messages", "_waiting_for_ack")),
    (driver.AIOKafkaConsumerThread, ("_create_worker_consumer", "call_thread", "on_thread_stop")),
    (driver.AIOKafkaConsumerThread, ("_thread_started", "_default_start", "_default_stop_futures")),
    (driver.Producer, ("_producer", "_new_producer")),
    (base.Consumer, ("verify_all_partitions_active",)),
    (base.ThreadDelegateConsumer, ("_thread",)),
    (AIOKafkaConsumer, ("_fetch_max_wait_ms", "_client")),
    (AIOKafkaProducer, ("create_batch", "send_batch", "partitions_for", "client")),
    (AIOKafkaClient, ("_metadata_update",)),
)


def check_versions() -> None:
    """Raises ConfigError when a library is not the version whose private names this module was written for."""
    for name, wanted in PINNED.items():
        if version(name) != wanted:
            raise ConfigError(
                f"{name} {version(name)!r} is installed, but batches are written for {wanted!r}: "
                f"install {name}=={wanted}, or adapt agents/batching.py and agents/pins.py"
            )


def missing_private_names(wanted: PrivateNames = PRIVATE_NAMES) -> list[str]:
    """The private names this module needs that the installed libraries lack, as "module.Class.name"."""
    return [
        f"{owner.__module__}.{owner.__qualname__}.{name}"
        for owner, names in wanted
        for name in names
        if not _has(owner, name)
    ]


def _has(owner: type, name: str) -> bool:
    """Whether a class has the attribute, declares it, or sets it on its instances."""
    made = owner.__init__.__code__.co_names  # type: ignore[misc]  # of a class written in Python
    return (
        hasattr(owner, name)
        or any(name in vars(each).get("__annotations__", ()) for each in owner.__mro__)
        or name in made
    )
