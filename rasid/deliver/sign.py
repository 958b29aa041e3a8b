"""Signatures of Standard Webhooks 1.0: the three headers of a webhook, by HMAC-SHA256 (`v1`).

The computation is the `standardwebhooks` library's; this module keeps naive datetimes and weak secrets away from it.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from rasid.errors import ConfigError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
SECONDS: Final = re.compile(r"[0-9]{1,11}\Z")  # to the year 5138
PREFIX: Final = "whsec_"
SECRET_BYTES: Final = (24, 64)  # "at least 24 bytes, 512 bits maximum"
# The specification forbids "." in an id, which would let one signed text be read as another; a header no line breaks.
MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")
RECIPE: Final = (
    "make one with: python3 -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
)


class Signer:
    """Signs for one receiver with each of its secrets, newest first: more than one while a key is being replaced.

    Raises ConfigError for a secret that is not `whsec_` and base64 of 24 to 64 bytes; the message never shows it.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ConfigError(f"no secret is given: {RECIPE}")
        self._hooks = [Webhook(_key(secret)) for secret in secrets]

    def headers(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The headers to send with `body`. `at` is the time of this attempt and must be aware.

        Raises ValueError for an id that could not be signed safely, and for a naive `at`, which the library would
        take for UTC whatever clock it came from.
        """
        if not MESSAGE_ID.match(message_id):
            raise ValueError(f"webhook id {message_id!r} is not 1 to 128 of A-Z, a-z, 0-9, '_' and '-'")
        if at.tzinfo is None:
            raise ValueError(f"{at!r} has no time zone")
        at = at.astimezone(UTC)
        signatures = " ".join(self._signatures(message_id, at, body.decode()))
        return {ID: message_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: signatures}

    def _signatures(self, message_id: str, at: datetime, text: str) -> list[str]:
        return [hook.sign(message_id, at, text) for hook in self._hooks]

    def fault(self, headers: Mapping[str, str], body: bytes, now: datetime, tolerance: timedelta) -> str | None:
        """What is wrong with a webhook that was received, as its reader should see it; None when it is genuine.

        It is when one of its `v1` signatures is by one of the secrets, and its time is within `tolerance` of `now`.
        Names of headers are in lower case.
        """
        missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name)]
        if missing:
            return f"the header {missing[0]} is missing"
        if not SECONDS.match(headers[TIMESTAMP]):
            return f"{TIMESTAMP} {headers[TIMESTAMP]!r} is not a number of seconds since 1970"
        at = datetime.fromtimestamp(int(headers[TIMESTAMP]), UTC)
        if abs(now - at) > tolerance:
            return f"{TIMESTAMP} is {abs(now - at)} away from now: more than {tolerance} is not accepted"
        return None if self._signed(headers, body, at) else "no signature is by the secret over this id, time and body"

    def _signed(self, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
        try:
            expected = self._signatures(headers[ID], at, body.decode())
        except UnicodeDecodeError:  # what Rasid sends is UTF-8
            return False
        given = headers[SIGNATURE].split()
        return any([hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given])  # noqa: C419  # all of them, in constant time


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1]:
        raise ConfigError(f"a secret is not {PREFIX} followed by base64 of 24 to 64 bytes: {RECIPE}")
    return key
