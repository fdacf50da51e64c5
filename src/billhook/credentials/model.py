"""The nouns: a client with its secret, who shows it, and how programs are refused."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

MOST_CLIENTS: Final = 100
"""How many API clients an account may have."""
_MOST_LABEL: Final = 200
_MOST_URIS: Final = 10
_SECRET_CHARACTERS: Final = 64
_ADDRESS: Final = re.compile(r"[!-~]+")
_PLACE: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")
"""A host and a port: it becomes a part of the consent page's policy, where a semicolon would begin another rule."""


class TooManyClients(Problem):
    """The account has {most} API clients, which is as many as it may have: delete one that is not needed."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_API_CLIENTS"


class TooFast(Problem):
    """Too many requests: this client may make {rate} in a second; try again in {wait_seconds} s."""

    kind = Kind.THROTTLED
    code = "RATE_LIMITED"


class ApiClient(msgspec.Struct, frozen=True):
    """A program as it is kept: of its secret only the last four characters can be shown again."""

    id: Id
    account_id: Id
    root_id: Id
    label: str
    hint: str
    redirect_uris: list[str]
    created_at: datetime


class Proof(msgspec.Struct, frozen=True):
    """A program with what its secret is compared with."""

    id: Id
    account_id: Id
    root_id: Id
    secret_hash: bytes

    def is_proved_by(self, secret: str) -> bool:
        """Tell whether this is the secret; however it differs, it takes the same time."""
        return hmac.compare_digest(self.secret_hash, digest(secret))


class Fresh(msgspec.Struct, frozen=True):
    """A client just made: the one moment in which its secret is known."""

    secret: str
    kept: ApiClient

    def __repr__(self) -> str:
        return f"Fresh({self.kept.id}, …{self.kept.hint})"


def new_secret() -> str:
    """Make a secret of 384 random bits."""
    return ids.token(_SECRET_CHARACTERS)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. A plain hash will do: there is nothing to guess in 384 bits."""
    return hashlib.sha256(secret.encode()).digest()


def faults_of(label: str, redirect_uris: list[str]) -> list[Fault]:
    """Return what is wrong with what is said of a client."""
    faults = []
    if len(label) > _MOST_LABEL:
        faults.append(Fault("label", "length", f"must have at most {_MOST_LABEL} characters"))
    if len(redirect_uris) > _MOST_URIS:
        faults.append(Fault("redirectUris", "length", f"must be at most {_MOST_URIS}"))
    message = "must be an https address without a fragment, or an http one of this machine"
    faults += [
        Fault(f"redirectUris.{at}", "format", message) for at, uri in enumerate(redirect_uris) if not may_be_led_to(uri)
    ]
    return faults


def may_be_led_to(uri: str) -> bool:
    """Tell whether a browser may be led there with a code: encrypted, or to the machine it runs on (RFC 8252, 7.3)."""
    try:
        url = urlsplit(uri)
        host = url.hostname
    except ValueError:
        return False
    if not host or "#" in uri or len(uri) > 2_000 or not _ADDRESS.fullmatch(uri) or not _PLACE.fullmatch(url.netloc):
        return False
    return url.scheme == "https" or (url.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))
