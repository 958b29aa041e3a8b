"""Where a webhook may go: rules for its URL, and a check of each address that its name resolves to.

Against server-side request forgery. Resolving and connecting are left to agents/http_client.py, which connects only to
an address that was checked here.
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit

from rasid.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SCHEMES: Final = {"http": 80, "https": 443}
WEB_PORTS: Final = frozenset(SCHEMES.values())
FIRST_FREE_PORT: Final = 1024  # RFC 6335: below are system ports, where mail and databases' shells listen
# WHATWG URL, "ends in a number": such a host is an IPv4 address in one spelling or another, 0x7f.1 among them.
NUMBER: Final = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)\Z")
HOST: Final = re.compile(r"[A-Za-z0-9_.-]+\Z")  # host names as resolvers take them
PRINTABLE: Final = re.compile(r"[\x21-\x7e]+\Z")  # what a URL consists of, RFC 3986


class Refusal(StrEnum):
    """Why an address is not called unless the receiver has `allow_private`."""

    UNSPECIFIED = "unspecified"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    METADATA = "cloud metadata"
    SHARED = "carrier-grade NAT"
    MULTICAST = "multicast"
    RESERVED = "reserved"
    EMBEDDED = "an IPv4 address inside an IPv6 one"  # mapped, compatible, 6to4, Teredo, NAT64
    NOT_AN_ADDRESS = "not an address"


# The first row that holds the address decides. After the special-purpose address registries of IANA (RFC 6890).
_TABLE: Final = {
    Refusal.METADATA: (
        "169.254.169.254/32",  # AWS, Azure, Google and others
        "169.254.170.2/32",  # AWS, of containers
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure's platform, although in public space
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::254/128",  # AWS
        "fd20:ce::254/128",  # Google
    ),
    Refusal.UNSPECIFIED: ("0.0.0.0/8", "::/128"),
    Refusal.LOOPBACK: ("127.0.0.0/8", "::1/128"),
    Refusal.PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    Refusal.LINK_LOCAL: ("169.254.0.0/16", "fe80::/10"),
    Refusal.SHARED: ("100.64.0.0/10",),
    Refusal.MULTICAST: ("224.0.0.0/4", "ff00::/8"),
    Refusal.EMBEDDED: ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "2002::/16", "2001::/32", "64:ff9b::/96",
                       "64:ff9b:1::/48"),
    Refusal.RESERVED: ("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
                       "203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32",
                       "3fff::/20", "5f00::/16", "100::/64", "100:0:0:1::/64"),
}  # fmt: skip
NETWORKS: Final[tuple[tuple[Network, Refusal], ...]] = tuple(
    (ipaddress.ip_network(network), refusal) for refusal, networks in _TABLE.items() for network in networks
)
GLOBAL_V6: Final = ipaddress.ip_network("2000::/3")  # all that IANA has given out as global unicast


@dataclass(frozen=True)
class Target:
    """A webhook's address that keeps the rules. Its repr and `origin` show nothing that may be a secret."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown. Path and query may be secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if SCHEMES[self.scheme] == self.port else f":{self.port}")

    def __repr__(self) -> str:
        return f"Target({self.origin!r})"


def target(url: str, *, allow_private: bool = False) -> Target:
    """Reads a URL; raises ConfigError that says what is wrong with it, never more of it than scheme, host and port.

    Allowed are http and https, a host, ports 80, 443 and from 1024 (any with `allow_private`); not user names, and not
    IPv4 addresses in other spellings than the usual one. Whether a host's addresses may be called is asked of
    `refusal` when they are known.
    """
    parts = _split(url)
    if parts.scheme not in SCHEMES:
        raise ConfigError(f"url has the scheme {parts.scheme!r}: allowed are http and https")
    if "@" in parts.netloc:
        raise ConfigError("url names a user or password before '@': leave them out, signatures say who is calling")
    host = _host(parts)
    port = _port(parts, allow_private=allow_private)
    return Target(url, parts.scheme, host, port)


def _split(url: str) -> SplitResult:
    if not PRINTABLE.match(url) or "\\" in url:
        raise ConfigError(
            "url has a blank, a backslash or a character outside ASCII: write names as xn--..., the rest as %XX"
        )
    try:
        return urlsplit(url)
    except ValueError as error:
        raise ConfigError("url has a host in brackets that is no IPv6 address") from error


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ConfigError("url names no host: write https://host/path")
    if "%" in host or "%" in parts.netloc:
        raise ConfigError(f"url has the host {host!r}: a host has no zone and no %XX")
    if ":" not in host and not HOST.match(host):
        raise ConfigError(f"url has the host {host!r}: a host has letters, digits, '-', '_' and '.'")
    if NUMBER.match(host.rpartition(".")[2]) and literal(host) is None:
        raise ConfigError(f"url has the host {host!r}: write an IPv4 address as four decimal numbers")
    return host


def _port(parts: SplitResult, *, allow_private: bool) -> int:
    try:
        port = parts.port if parts.port is not None else SCHEMES[parts.scheme]
    except ValueError as error:
        raise ConfigError("url has a port that is no number from 1 to 65535") from error
    if port in WEB_PORTS or port >= FIRST_FREE_PORT or (allow_private and port):
        return port
    raise ConfigError(
        f"url has the port {port}: allowed are 80, 443 and {FIRST_FREE_PORT} to 65535, others with allow_private = true"
    )


def literal(host: str) -> Address | None:
    """The address that a host spells out, as ipaddress reads it; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def refusal(address: str) -> Refusal | None:
    """Why this address is not to be called; None for a public one.

    `address` is what a resolver gave. An address of a kind nobody has heard of is refused too.
    """
    found = literal(address.partition("%")[0])
    if found is None:
        return Refusal.NOT_AN_ADDRESS
    for network, why in NETWORKS:
        if network.version == found.version and found in network:
            return why
    return Refusal.RESERVED if found.version == 6 and found not in GLOBAL_V6 else None  # noqa: PLR2004
