"""Signatures of Standard Webhooks 1.0: the three headers of a webhook, by HMAC-SHA256 (`v1`) and Ed25519 (`v1a`).

The computations are those of the libraries `standardwebhooks` and `cryptography`; this module keeps naive datetimes and
weak secrets away from them.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks import Webhook

from rasid.errors import ConfigError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
SECONDS: Final = re.compile(r"[0-9]{1,11}\Z")  # to the year 5138
SYMMETRIC, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
SECRET_BYTES: Final = (24, 64)  # "at least 24 bytes, 512 bits maximum"
KEY_BYTES: Final = 32  # of an Ed25519 seed or public key; some tools write the seed and the public key after it
# The specification forbids "." in an id, which would let one signed text be read as another; a header no line breaks.
MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")
RECIPE: Final = (
    "make one with: python3 -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
)


class Key(Protocol):
    """One key of a receiver."""

    def sign(self, message_id: str, at: datetime, text: str) -> str:
        """The signature with its version, as it stands in the header."""

    def verifies(self, given: str, message_id: str, at: datetime, text: str) -> bool:
        """Whether `given`, one signature of a header, is by this key."""


class SharedKey:
    """`whsec_`: HMAC-SHA256, `v1`."""

    def __init__(self, secret: bytes) -> None:
        self._hook = Webhook(secret)

    def sign(self, message_id: str, at: datetime, text: str) -> str:
        """`v1,` and the digest in base64."""
        signature: str = self._hook.sign(message_id, at, text)
        return signature

    def verifies(self, given: str, message_id: str, at: datetime, text: str) -> bool:
        """In constant time."""
        return hmac.compare_digest(self.sign(message_id, at, text).encode(), given.encode())


class PublicKey:
    """`whpk_`: verifies Ed25519, `v1a`, and signs nothing."""

    VERSION = "v1a,"

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._public = key

    def sign(self, message_id: str, at: datetime, text: str) -> str:  # noqa: ARG002  # as other keys have it
        """Raises ConfigError: that takes the private key."""
        raise ConfigError(f"{PUBLIC} is a public key, which verifies: sign with the {PRIVATE} key that belongs to it")

    def verifies(self, given: str, message_id: str, at: datetime, text: str) -> bool:
        """By RFC 8032."""
        try:
            self._public.verify(base64.b64decode(given.removeprefix(self.VERSION)), _signed(message_id, at, text))
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return given.startswith(self.VERSION)


class PrivateKey(PublicKey):
    """`whsk_`: Ed25519, `v1a`. The reader needs no secret, only `public`."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        super().__init__(self._private.public_key())

    @property
    def public(self) -> str:
        """The key to give to the reader, `whpk_...`."""
        return PUBLIC + base64.b64encode(self._public.public_bytes_raw()).decode()

    def sign(self, message_id: str, at: datetime, text: str) -> str:
        """`v1a,` and the signature in base64."""
        return self.VERSION + base64.b64encode(self._private.sign(_signed(message_id, at, text))).decode()


def _signed(message_id: str, at: datetime, text: str) -> bytes:
    return f"{message_id}.{int(at.timestamp())}.{text}".encode()


class Signer:
    """Signs for one receiver with each of its secrets, newest first: more than one while a key is being replaced.

    A secret is `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 private key; for `fault`
    alone also `whpk_` and a public one. Raises ConfigError for any other; the message never shows it.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ConfigError(f"no secret is given: {RECIPE}")
        self._keys = [key(secret) for secret in secrets]

    @property
    def public_keys(self) -> list[str]:
        """What readers verify `v1a` signatures by; empty where there is no such key."""
        return [each.public for each in self._keys if isinstance(each, PrivateKey)]

    def headers(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The headers to send with `body`. `at` is the time of this attempt and must be aware.

        Raises ValueError for an id that could not be signed safely, and for a naive `at`, which the library would
        take for UTC whatever clock it came from.
        """
        if not MESSAGE_ID.match(message_id):
            raise ValueError(f"webhook id {message_id!r} is not 1 to 128 of A-Z, a-z, 0-9, '_' and '-'")
        if at.tzinfo is None:
            raise ValueError(f"{at!r} has no time zone")
        at, text = at.astimezone(UTC), body.decode()
        signatures = " ".join([each.sign(message_id, at, text) for each in self._keys])
        return {ID: message_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: signatures}

    def fault(self, headers: Mapping[str, str], body: bytes, now: datetime, tolerance: timedelta) -> str | None:
        """What is wrong with a webhook that was received, as its reader should see it; None when it is genuine.

        It is when one of its signatures is by one of the keys, and its time is within `tolerance` of `now`.
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
        if self._is_signed(headers, body, at):
            return None
        return "no signature is by the secret over this id, time and body"

    def _is_signed(self, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
        try:
            text = body.decode()
        except UnicodeDecodeError:  # what Rasid sends is UTF-8
            return False
        given = headers[SIGNATURE].split()
        return any([each.verifies(one, headers[ID], at, text) for each in self._keys for one in given])  # noqa: C419  # all of them, in constant time


def key(secret: str) -> Key:
    """The key in a secret's text; raises ConfigError that does not show it."""
    for prefix, lengths in ((SYMMETRIC, range(SECRET_BYTES[0], SECRET_BYTES[1] + 1)),
                            (PRIVATE, (KEY_BYTES, 2 * KEY_BYTES)), (PUBLIC, (KEY_BYTES,))):  # fmt: skip
        found = _decoded(secret.removeprefix(prefix)) if secret.startswith(prefix) else b""
        if len(found) in lengths:
            return _made(prefix, found)
    raise ConfigError(
        f"a secret is not {SYMMETRIC} followed by base64 of 24 to 64 bytes, nor {PRIVATE} followed by base64 of an "
        f"Ed25519 key of {KEY_BYTES} bytes: {RECIPE}"
    )


def _made(prefix: str, found: bytes) -> Key:
    if prefix == SYMMETRIC:
        return SharedKey(found)
    return PrivateKey(found[:KEY_BYTES]) if prefix == PRIVATE else PublicKey(Ed25519PublicKey.from_public_bytes(found))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
