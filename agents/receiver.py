"""Somebody to tell of alerts: where, with which secrets, in which words, and who does the sending."""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from agents.http_client import TOTAL_SECONDS, Client
from agents.notifier import Notifier, Service
from agents.senders import Alertmanager, Opened, Phrasing, Webhook
from rasid.deliver.schedule import Schedule
from rasid.deliver.sign import Signer
from rasid.deliver.target import Refusal, Target, literal, refusal
from rasid.deliver.template import Wording

CONNECTIONS: Final = 8
FIRING_SECONDS: Final = 3600.0  # that an alert stays up in Alertmanager: past its usual group_interval several times


@dataclass(frozen=True)
class Receiver:
    """Somebody to tell. Its repr shows neither the URL's path and query nor a secret."""

    name: str
    target: Target | Service
    secrets: tuple[SecretStr, ...] = ()
    allow_private: bool = False
    timeout_seconds: float = TOTAL_SECONDS
    connections: int = CONNECTIONS
    type: str = "webhook"
    layout: str = "standard"
    authorization: SecretStr | None = None
    firing_seconds: float = FIRING_SECONDS
    schedule: Schedule | None = None
    title: str | None = None
    text: str | None = None
    wording: Wording = field(default_factory=Wording, repr=False, compare=False)
    signer: Signer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.type == "webhook":
            object.__setattr__(self, "signer", Signer([secret.get_secret_value() for secret in self.secrets]))

    @property
    def refused(self) -> Refusal | None:
        """Why nothing will be sent, where the URL spells out an address that may not be called; names are not asked."""
        host = self.target.host
        return None if self.allow_private or not literal(host) else refusal(host)

    @property
    def fingerprint(self) -> str:
        """Tells whether a receiver still points where it did; says nothing of where that is."""
        return hashlib.sha256(f"{self.name} {self.type} {self.target.url}".encode()).hexdigest()[:16]

    def sender(self) -> Opened:
        """What tells this receiver, not yet open."""
        phrasing = Phrasing(self.name, self.wording)
        if isinstance(self.target, Service):
            return Notifier(self.target, phrasing, allow_private=self.allow_private, seconds=self.timeout_seconds)
        if self.type == "alertmanager":
            return Alertmanager(self.client(self.target), phrasing, self.firing_seconds)
        return Webhook(self.client(self.target), self.signer, self.layout, phrasing)

    def client(self, target: Target) -> Client:
        """An HTTP client for this receiver alone, not yet open."""
        return Client(
            target,
            allow_private=self.allow_private,
            connections=self.connections,
            total_seconds=self.timeout_seconds,
            authorization=self.authorization.get_secret_value() if self.authorization else None,
        )
