"""The statements of accounts and access tokens."""

from datetime import datetime
from typing import Any

import msgspec

from billhook.accounts.model import AccessToken, Account
from billhook.db import Statements, Tx
from billhook.kernel.ids import Id

sql = Statements(__package__)


class Amended(Account, frozen=True):
    """An account after a change."""

    email_changed: bool


class Candidate(msgspec.Struct, frozen=True):
    """Who might be logging in: no id and no hash where the address is nobody's."""

    id: Id | None
    password_hash: str | None
    wait_seconds: int
    has_failures: bool


class Bearer(msgspec.Struct, frozen=True):
    """Whom a live token stands for."""

    token_id: Id
    account_id: Id
    root_id: Id
    purpose: str
    expires_at: datetime | None


@sql.one
async def is_taken(tx: Tx, email: str) -> bool: ...


@sql.one
async def insert_account(
    tx: Tx,
    id: Id,
    root: Id,
    parent: Id | None,
    email: str,
    password_hash: str,
    verified: bool,
    locale: str,
    profile: dict[str, Any],
    custom: dict[str, Any],
) -> Account: ...


@sql.one
async def find(tx: Tx, account: Id) -> Account | None: ...


@sql.one
async def find_by_email(tx: Tx, email: str) -> Account | None: ...


@sql.one
async def find_reachable(tx: Tx, account: Id, actor: Id) -> Account | None: ...


@sql.one
async def find_child(tx: Tx, root: Id, child: Id | None, email: str | None) -> Account | None: ...


@sql.one
async def amend(
    tx: Tx,
    account: Id,
    email: str | None,
    locale: str | None,
    profile: dict[str, Any],
    custom: dict[str, Any] | None,
) -> Amended: ...


@sql.one
async def candidate(tx: Tx, email: str, keys: list[bytes], allowed: list[int]) -> Candidate: ...


@sql.one
async def note_attempt(tx: Tx, keys: list[bytes], allowed: list[int], window_seconds: int) -> int: ...


@sql.run
async def forgive(tx: Tx, key: bytes) -> int: ...


@sql.one
async def admit(
    tx: Tx, account: Id, password_hash: str, id: Id, hash: bytes, hint: str, ttl_seconds: int
) -> AccessToken | None: ...


@sql.one
async def grant(
    tx: Tx, account: Id, by: Id, id: Id, hash: bytes, hint: str, ttl_seconds: int, scopes: list[str]
) -> AccessToken | None: ...


@sql.run
async def insert_letter_token(
    tx: Tx, account: Id, id: Id, hash: bytes, hint: str, purpose: str, ttl_seconds: int
) -> int: ...


@sql.one
async def bearer(tx: Tx, hash: bytes) -> Bearer | None: ...


@sql.many
async def revoke(tx: Tx, account: Id, token: Id | None, hash: bytes | None) -> list[bool]: ...


@sql.many
async def revoke_all(tx: Tx, account: Id, kept: Id | None) -> list[bool]: ...


@sql.run
async def revoke_letters(tx: Tx, account: Id) -> int: ...


@sql.run
async def change_password(tx: Tx, account: Id, password_hash: str, seen: str | None) -> int: ...


@sql.run
async def renew_hash(tx: Tx, account: Id, seen: str, renewed: str) -> int: ...


@sql.one
async def confirmation(tx: Tx, account: Id, hash: bytes) -> list[str] | None: ...


@sql.run
async def confirm(tx: Tx, account: Id, hash: bytes) -> int: ...


children = sql.dynamic(Account)
CHILDREN, COUNT_CHILDREN = sql.text("children"), sql.text("count_children")
tokens = sql.dynamic(AccessToken)
TOKENS, COUNT_TOKENS = sql.text("tokens"), sql.text("count_tokens")
how_many = sql.dynamic(int)

sql.finish()
