"""Readings: how the text of a variable becomes a value, and what is accepted in words."""

import re
from collections.abc import Callable
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_PERCENTAGE = re.compile(r"[0-9]{1,2}(\.[0-9]{1,4})?\Z")
_HOST = re.compile(r"[A-Za-z0-9._:%-]+\Z")
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[A-Za-z0-9._-]+\Z")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Reading(msgspec.Struct, frozen=True):
    """`read` returns the value or raises ValueError; `accepted` ends the sentence "must be …"."""

    accepted: str
    read: Callable[[str], object]


class SmtpServer(msgspec.Struct, frozen=True):
    """A mail server: `smtp` speaks in the clear, `smtps` within TLS, `starttls` turns to TLS before it logs in."""

    security: Literal["smtp", "smtps", "starttls"]
    host: str
    port: int
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"SmtpServer({self.security}://{self.host}:{self.port})"


def whole(low: int, high: int, *, or_never: bool = False) -> Reading:
    """Return the reading of a whole number within `low` and `high`; with `or_never` also -1."""

    def read(text: str) -> int:
        if not _WHOLE.match(text):
            raise ValueError(text)
        number = int(text)
        if not (low <= number <= high or (or_never and number == -1)):
            raise ValueError(text)
        return number

    return Reading(f"a whole number from {low} to {high}" + (", or -1 for never" if or_never else ""), read)


def percentage(high: int) -> Reading:
    """Return the reading of a percentage from 0 to `high`, with up to four decimals."""

    def read(text: str) -> Decimal:
        if not _PERCENTAGE.match(text) or Decimal(text) > high:
            raise ValueError(text)
        return Decimal(text)

    return Reading(f"a number from 0 to {high}, with up to 4 decimals", read)


def choice(*words: str) -> Reading:
    """Return the reading of one of `words`, in any case of letters."""

    def read(text: str) -> str:
        word = text.lower()
        if word not in words:
            raise ValueError(text)
        return word

    return Reading(f"one of {', '.join(words)}", read)


def yes_or_no() -> Reading:
    """Return the reading of a truth value."""

    def read(text: str) -> bool:
        word = text.lower()
        if word not in _TRUTH:
            raise ValueError(text)
        return _TRUTH[word]

    return Reading("true or false (also yes, no, on, off, 1, 0)", read)


def directory() -> Reading:
    """Return the reading of a path, which need not exist yet."""

    def read(text: str) -> Path:
        if "\0" in text:
            raise ValueError(text)
        return Path(text).expanduser()

    return Reading("the path of a directory", read)


def host_name() -> Reading:
    """Return the reading of a host name or an address to listen on."""

    def read(text: str) -> str:
        if not _HOST.match(text):
            raise ValueError(text)
        return text

    return Reading("a host name or an IP address", read)


def secret_of(characters: int) -> Reading:
    """Return the reading of a secret of at least so many characters."""

    def read(text: str) -> str:
        if text and len(text) < characters:
            raise ValueError
        return text

    return Reading(f"at least {characters} characters", read)


def prefixed(*prefixes: str) -> Reading:
    """Return the reading of a key that says by its prefix what it is; "" stays ""."""

    def read(text: str) -> str:
        if text and not (text.startswith(prefixes) and text.isascii() and text.isprintable() and " " not in text):
            raise ValueError
        return text

    return Reading(f"a key that begins with {' or '.join(prefixes)}", read)


def _split(text: str, schemes: tuple[str, ...]) -> SplitResult:
    """Return the parts of a URL; a scheme that is not listed, a bad port or a blank is a ValueError."""
    if re.search(r"[\s\x00-\x1f]", text):
        raise ValueError("blank in a URL")
    url = urlsplit(text)
    if url.scheme not in schemes or url.port == 0:  # .port itself refuses what is no port
        raise ValueError("scheme or port")
    return url


def web_origin() -> Reading:
    """Return the reading of the public address, kept without its trailing slash; "" stays ""."""

    def read(text: str) -> str:
        if not text:
            return ""
        url = _split(text, ("http", "https"))
        if not url.hostname or not _HOST.match(url.hostname) or url.query or url.fragment or "@" in url.netloc:
            raise ValueError(text)
        return text.rstrip("/")

    return Reading("a URL such as https://billing.example.com, without user, query or fragment", read)


def database() -> Reading:
    """Return the reading of a PostgreSQL URL; "" stays "" and means the embedded one."""

    def read(text: str) -> str:
        if text:
            _split(text, ("postgresql", "postgres"))
        return text

    return Reading("a URL such as postgresql://user:password@host:5432/database", read)


def smtp_server(text: str) -> SmtpServer:
    """Read `smtp://`, `smtps://` or `starttls://` followed by `user:password@host:port`.

    User, password and port may be left out (ports 25, 465, 587); the user and the password are percent-decoded.
    Raises ValueError when the scheme, the host or the port is not right.
    """
    ports = {"smtp": 25, "smtps": 465, "starttls": 587}
    url = _split(text, tuple(ports))
    if not url.hostname or not _HOST.match(url.hostname) or url.path not in ("", "/") or url.query or url.fragment:
        raise ValueError("host")
    security: Literal["smtp", "smtps", "starttls"] = (
        "smtps" if url.scheme == "smtps" else "starttls" if url.scheme == "starttls" else "smtp"
    )
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return SmtpServer(security, url.hostname, url.port or ports[security], user, password)


def smtp() -> Reading:
    """Return the reading of a mail server's URL, kept as text for `smtp_server`; "" stays ""."""

    def read(text: str) -> str:
        if text:
            smtp_server(text)
        return text

    return Reading("smtp://, smtps:// or starttls:// followed by user:password@host:port", read)


def mail_address() -> Reading:
    """Return the reading of `name@host` or `Some Name <name@host>`; a line break would forge mail headers."""

    def read(text: str) -> str:
        name, address = parseaddr(text)
        if re.search(r"[\x00-\x1f\x7f]", text) or not _ADDRESS.match(address):
            raise ValueError(text)
        if not name and text.strip("<> ") != address:
            raise ValueError(text)
        return text

    return Reading("a mail address such as Billhook <billing@example.com>", read)
