"""What is kept of a request, and what a month comes to. Never a secret: what may be one is masked before it is kept."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec

from billhook.kernel import ids
from billhook.kernel.ids import Id

MASK: Final = "***"
LONGEST: Final = 1_000
"""Characters kept of an address or of a value in a query."""
MOST_WORDS: Final = 50
_SECRET: Final = ("token", "password", "secret", "key", "authorization")


class Request(msgspec.Struct, frozen=True):
    """One request of an account, as kept; `code` is the problem it was refused with."""

    id: Id
    account_id: Id
    method: str
    host: str
    origin: str | None
    url: str
    ip: str
    query: dict[str, str]
    status: int
    code: str | None
    duration_ms: int
    created_at: datetime


class OrganizationMonth(msgspec.Struct, frozen=True):
    """What one organization issued in a month."""

    id: uuid.UUID
    name: str
    documents_count: int


class Sum(msgspec.Struct, frozen=True):
    """Net totals of invoices less credit notes in one currency, in minor units."""

    currency: str
    exponent: int
    total: int


class Month(msgspec.Struct, frozen=True):
    """What was issued in a month in all organizations of an account."""

    year: int
    month: int
    documents_count: int
    organizations_count: int
    organizations: tuple[OrganizationMonth, ...]
    totals: tuple[Sum, ...]


def masked_path(path: str, parameters: Mapping[str, Any]) -> str:
    """Return a path without what in it may be a secret: of its parameters only ids are kept."""
    secrets = {str(value) for value in parameters.values() if not ids.is_id(str(value))}
    parts = [MASK if part in secrets else part for part in path.split("/")]
    return "/".join(parts)[:LONGEST]


def masked_query(query: bytes) -> dict[str, str]:
    """Return the words of a query string, cut to what is kept; what is named like a secret is masked."""
    words = parse_qsl(query.decode("latin-1"), keep_blank_values=True)[:MOST_WORDS]
    return {name[:LONGEST].replace("\0", ""): _shown(name, value) for name, value in words}


def _shown(name: str, value: str) -> str:
    secret = any(word in name.lower() for word in _SECRET)
    return MASK if secret else value[:LONGEST].replace("\0", "")


def url_of(path: str, query: Mapping[str, str]) -> str:
    """Return path and query as one address, masked as they are."""
    text = f"{path}?{urlencode(query, safe='*[]{}:,')}" if query else path
    return text[:LONGEST]
