"""How each type of receiver is told: what is written for it, and by which client. What answers mean is left to others.

A sender is opened for as long as its lane works; each belongs to one receiver alone.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Final, Protocol, Self

from agents.http_client import Answer, Client
from rasid.deliver import alertmanager, cloudevents, payload
from rasid.deliver.sign import Signer
from rasid.deliver.template import Wording
from schemas.alert import Alert

log = logging.getLogger(__name__)
FORMATS: Final = ("standard", "cloudevents", "cloudevents-binary")
JSON: Final = {"Content-Type": "application/json"}


class Sender(Protocol):
    """Tells one receiver of alerts."""

    async def send(self, alert: Alert, now: datetime) -> Answer:
        """Makes one attempt, at the time `now`. Expected failures come as values."""


Opened = AbstractAsyncContextManager[Sender]


class Phrasing:
    """A receiver's title and text; says once where its template cannot be written, and falls back to the usual."""

    def __init__(self, receiver: str, wording: Wording) -> None:
        self._receiver, self._wording = receiver, wording
        self._said = False

    def of(self, alert: Alert) -> tuple[str, str]:
        """Title and text."""
        (title, wrong), (text, also_wrong) = self._wording.title(alert), self._wording.text(alert)
        if (wrong or also_wrong) and not self._said:
            self._said = True
            log.warning("receiver %r: its template does not suit alert %s, which got the usual words: %s",
                        self._receiver, alert.message_id, wrong or also_wrong)  # fmt: skip
        return title, text

    def own(self, alert: Alert) -> dict[str, str]:
        """Title and text for a body, where the receiver has words of its own."""
        return dict(zip(("title", "text"), self.of(alert), strict=True)) if self._wording else {}


class Posting(ABC):
    """A sender by HTTP: opens its client and posts what `_written` gives."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(self, alert: Alert, now: datetime) -> Answer:
        """One POST."""
        headers, body = self._written(alert, now)
        return await self._client.post(body, headers)

    @abstractmethod
    def _written(self, alert: Alert, now: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body."""


Written = Callable[..., tuple[dict[str, str], bytes]]
_FORMATS: Final[Mapping[str, Written]] = {
    "standard": lambda alert, **words: (JSON, payload.body(alert, **words)),
    "cloudevents": cloudevents.structured,
    "cloudevents-binary": cloudevents.binary,
}


class Webhook(Posting):
    """A signed webhook, in one of FORMATS."""

    def __init__(self, client: Client, signer: Signer, layout: str, phrasing: Phrasing) -> None:
        super().__init__(client)
        self._signer, self._write, self._phrasing = signer, _FORMATS[layout], phrasing

    def _written(self, alert: Alert, now: datetime) -> tuple[dict[str, str], bytes]:
        headers, body = self._write(alert, **self._phrasing.own(alert))
        return headers | self._signer.headers(alert.message_id, now, body), body


class Alertmanager(Posting):
    """Alertmanager's v2 API; its client points at `/api/v2/alerts`."""

    def __init__(self, client: Client, phrasing: Phrasing, firing_seconds: float) -> None:
        super().__init__(client)
        self._phrasing, self._firing_seconds = phrasing, firing_seconds

    def _written(self, alert: Alert, now: datetime) -> tuple[dict[str, str], bytes]:
        title, text = self._phrasing.of(alert)
        return JSON, alertmanager.body(alert, title, text, now, self._firing_seconds)
