"""Where a call may lead: only to http and https, and to no address that is not public. Pure."""

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

from billhook.kernel.problems import Kind, Problem

SCHEMES: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Problem):
    """{url} is not called: {why}."""

    kind = Kind.INVALID
    code = "ADDRESS_REFUSED"


class CallFailed(Problem):
    """{url} could not be called: {why}."""

    kind = Kind.UNAVAILABLE
    code = "CALL_FAILED"


def parts_of(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of a URL, its host and its port. Raises AddressRefused for what is none that may be called."""
    shown = url[:200]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(url=shown, why=str(error)) from None
    if parts.scheme not in SCHEMES:
        raise AddressRefused(url=shown, why="only http:// and https:// are")
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(url=shown, why="it is no address of a host, written in ASCII")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(url=f"{parts.scheme}://…@{host}", why="it holds a user name or a password")
    return parts, host, port or SCHEMES[parts.scheme]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also where it wraps another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
