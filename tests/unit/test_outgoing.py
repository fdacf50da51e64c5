"""Where calls may lead: what is no http address is refused, and what is not in the public internet."""

import pytest

from billhook.outgoing import AddressRefused
from billhook.outgoing.model import is_public, parts_of

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/", "gopher://example.com", "//example.com/", "example.com", "",
        "http://", "http:///x", "http://user:geheim@example.com/", "http://user@example.com", "http://exa mple.com/",
        "http://example.com:99999/", "http://[::1/", "http://ex\u00e4mple.com/", "http://example.com/\r\nHost: x",
    ],
)  # fmt: skip
def test_what_is_no_address_to_call(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        parts_of(url)
    assert "geheim" not in refused.value.message


def test_what_may_be_called() -> None:
    for url, host, port in (
        ("https://example.com/a?b#c", "example.com", 443),
        ("http://[2606:4700::1111]:8080/", "2606:4700::1111", 8080),
        ("HTTP://EXAMPLE.com", "example.com", 80),
    ):
        assert parts_of(url)[1:] == (host, port)
