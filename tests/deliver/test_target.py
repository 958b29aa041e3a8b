"""Whom we do not call: spellings of addresses inside a network, and URLs that break the rules."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.deliver.target import Refusal, refusal, target
from rasid.errors import ConfigError

REFUSED = {
    Refusal.LOOPBACK: "127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.254 ::1 0:0:0:0:0:0:0:1",
    Refusal.UNSPECIFIED: "0.0.0.0 0.1.2.3 0.255.255.255 ::",
    Refusal.PRIVATE: "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 "
    "fc00::1 fd00::1 fd12:3456:789a::1 fdff:ffff::1 fec0::1",
    Refusal.LINK_LOCAL: "169.254.0.1 169.254.1.1 169.254.255.255 fe80::1 fe80::1%eth0 febf::1",
    Refusal.METADATA: "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254",
    Refusal.SHARED: "100.64.0.1 100.127.255.255",
    Refusal.MULTICAST: "224.0.0.1 239.255.255.250 ff02::1 ff0e::1",
    Refusal.EMBEDDED: "::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::7f00:1 ::2 "
    "2002:7f00:1::1 2002:a00:1:: 2002:c0a8:1::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 "
    "64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 ::ffff:0:127.0.0.1",
    Refusal.RESERVED: "192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 240.0.0.1 "
    "255.255.255.255 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 3fff::1 5f00::1 100::1 4000::1 8000::1 400::1",
    Refusal.NOT_AN_ADDRESS: "localhost 127.1 0x7f.1 2130706433 0177.0.0.1 1.2.3.4.5 ١٢٧.٠.٠.١",
}
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255 2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888 2003::1
"""


@pytest.mark.parametrize(
    ("address", "why"), [(address, why) for why, addresses in REFUSED.items() for address in addresses.split()]
)
def test_refused(address, why):
    assert refusal(address) is why


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_called(address):
    assert refusal(address) is None


@given(st.ip_addresses())
def test_nothing_the_standard_library_calls_private_gets_through(address):
    if refusal(str(address)) is None:
        assert address.is_global
        kinds = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert [kind for kind in kinds if getattr(address, f"is_{kind}")] == []


@given(st.ip_addresses(v=4))
def test_no_address_comes_in_through_its_mapped_form(address):
    assert refusal(f"::ffff:{address}") is Refusal.EMBEDDED
    assert refusal(str(ipaddress.IPv6Address(0x64FF9B << 96 | int(address)))) is not None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.org/hooks/rasid?token=x", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("http://example.org:8080/", "http://example.org:8080"),
        ("https://example.org.:443/", "https://example.org"),
        ("https://example.org:80/", "https://example.org:80"),
        ("https://93.184.216.34/", "https://93.184.216.34"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443"),
        ("https://7f.example/", "https://7f.example"),
        ("https://xn--mgbh0fb.example/", "https://xn--mgbh0fb.example"),
    ],
)
def test_good_urls(url, origin):
    found = target(url)
    assert found.origin == origin
    assert found.url == url
    assert "token" not in repr(found)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ftp://example.org/", "scheme 'ftp'"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("gopher://example.org/", "scheme"),
        ("//example.org/", "scheme ''"),
        ("example.org/hook", "scheme"),
        ("https:///path", "no host"),
        ("https://", "no host"),
        ("https://./", "no host"),
        ("https://me:pass@example.org/", "user or password"),
        ("https://me@example.org/", "user or password"),
        ("https://example.org@127.0.0.1/", "user or password"),
        ("http://0x7f.1/", "four decimal numbers"),
        ("http://0x7f000001/", "four decimal numbers"),
        ("http://2130706433/", "four decimal numbers"),
        ("http://0177.0.0.1/", "four decimal numbers"),
        ("http://127.1/", "four decimal numbers"),
        ("http://127.0.0.1.:8080.5/", "port"),
        ("http://1.2.3.4.5/", "four decimal numbers"),
        ("http://example.0x/", "four decimal numbers"),
        ("http://[::1/", "no IPv6 address"),
        ("http://[fe80::1%25eth0]/", "no zone"),
        ("http://%31%32%37.0.0.1/", "no %XX"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:99999/", "port"),
        ("http://example.org:x/", "port"),
        ("http://exa mple.org/", "blank"),
        ("http://example.org/\r\nX: y", "blank"),
        ("http://example.org\\@127.0.0.1/", "backslash"),
        ("http://مثال.example/", "outside ASCII"),
        ("http://①②⑦.⓪.⓪.①/", "outside ASCII"),
        ("", "blank"),
    ],
)
def test_bad_urls_are_refused_with_the_reason_and_without_their_secrets(url, complaint):
    with pytest.raises(ConfigError, match=complaint) as caught:
        target(url + "?token=hidden" if url and "\\" not in url else url)
    assert "hidden" not in str(caught.value)
    assert "pass'" not in str(caught.value)


def test_low_ports_are_for_those_who_allow_private():
    assert target("http://example.org:81/", allow_private=True).port == 81
    with pytest.raises(ConfigError):
        target("http://example.org:0/", allow_private=True)
