"""Whatever hashes a password: it takes a tenth of a second, and no connection waits for it.

Where a password changes, it is set first and the tokens are taken by statements of their own: those see the tokens
that came in while the account's row was waited for.
"""

import msgspec

from billhook import jobs
from billhook.accounts import authentication, passwords, service, store, throttling, tokens
from billhook.accounts.events import CONFIRM, RESET
from billhook.accounts.model import (
    TAKEN,
    Account,
    Changes,
    Granted,
    LoginFailed,
    LoginThrottled,
    ResetThrottled,
    SignUpClosed,
    changes_faults,
    email_faults,
    normalized_email,
    password_faults,
    ttl_faults,
)
from billhook.accounts.throttling import Counters
from billhook.db import Database, Tx, Unique
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid
from billhook.settings import Settings
from billhook.web import Principal, Unauthenticated


class _Proved(msgspec.Struct, frozen=True):
    """An account whose password was just found right, and the hash that says so."""

    account: Id
    password_hash: str


def sign_up_faults(email: str, password: str, about: Changes) -> list[Fault]:
    """Return everything that is wrong with an application, as far as that can be seen without looking it up."""
    return [*email_faults(email), *password_faults(password, "password"), *changes_faults(about)]


async def sign_up(
    database: Database, settings: Settings, email: str, password: str, about: Changes, by: Principal | None
) -> Account:
    """Open an account: a root account, or for a caller with a token a child of the caller's root.

    A mail that asks to confirm the address goes into the outbox with it. Raises SignUpClosed, Invalid.
    """
    if by is None and settings.signup == "closed":
        raise SignUpClosed
    faults, normalized = sign_up_faults(email, password, about), normalized_email(email)
    if normalized is not None:
        async with database.open() as tx:
            faults += [TAKEN] if await store.is_taken(tx, normalized) else []
    if faults or normalized is None:
        raise Invalid("Account", faults)
    password_hash = await passwords.hashed(password)
    async with database.open(by.account_id if by else None) as tx:
        return await _open_account(tx, normalized, password_hash, about, by)


async def sign_up_invited(database: Database, email: str, password: str, locale: str) -> Account:
    """Open a root account for who holds a token that was mailed to the address, which is confirmed thereby.

    The invitation is some account's doing, so this holds where sign-up is closed too. Raises Invalid.
    """
    about = Changes(locale=locale)
    faults, normalized = sign_up_faults(email, password, about), normalized_email(email)
    if faults or normalized is None:
        raise Invalid("Account", faults)
    password_hash = await passwords.hashed(password)
    async with database.open() as tx:
        return await _open_account(tx, normalized, password_hash, about, None, verified=True)


async def _open_account(
    tx: Tx, email: str, password_hash: str, about: Changes, by: Principal | None, *, verified: bool = False
) -> Account:
    account_id = ids.new()
    root, parent = (by.root_id, by.account_id) if by else (account_id, None)
    profile = {name: value for name, value in about.profile.items() if value is not None}
    try:
        async with tx.atomic():
            account = await store.insert_account(
                tx,
                id=account_id,
                root=root,
                parent=parent,
                email=email,
                password_hash=password_hash,
                verified=verified,
                locale=about.locale or "en",
                profile=profile,
                custom=about.custom or {},
            )
            if not account.email_verified:
                await jobs.enqueue(tx, CONFIRM, {"account_id": account.id})
    except Unique as error:
        raise service.taken(error) from None
    return account


async def log_in(
    database: Database, settings: Settings, email: str, password: str, client: str, ttl_seconds: int | None
) -> tuple[Granted, Account]:
    """Exchange an address and a password for a token (-1: never expires, None: the installation's default).

    Raises LoginFailed, alike and as slowly whether the address or the password is wrong; LoginThrottled; Invalid.
    """
    if faults := ttl_faults(ttl_seconds):
        raise Invalid("AccessToken", faults)
    ttl = settings.token_ttl_seconds if ttl_seconds is None else ttl_seconds
    proved = await _prove(database, settings, email, password, client)
    if proved is None:
        raise LoginFailed
    made = tokens.fresh()
    async with database.open(proved.account) as tx:
        kept = await store.admit(tx, proved.account, proved.password_hash, made.id, made.hash, made.hint, ttl)
        account = await store.find(tx, proved.account)
    if kept is None or account is None:  # the password was changed a moment ago
        raise LoginFailed
    return Granted(made.token, kept), account


async def prove(database: Database, settings: Settings, email: str, password: str, client: str) -> Id:
    """Return the account that an address and a password are of, and give it no token. Raises what `log_in` raises."""
    proved = await _prove(database, settings, email, password, client)
    if proved is None:
        raise LoginFailed
    return proved.account


async def _prove(database: Database, settings: Settings, email: str, password: str, client: str) -> _Proved | None:
    """Check a password, counting failures; None when it is wrong or the account is nobody's. Raises LoginThrottled."""
    name = normalized_email(email) or ""
    counters = throttling.counters("login", name or email.strip().lower(), client, settings)
    async with throttling.turn(counters.keys[0]):
        async with database.open() as tx:
            found = await store.candidate(tx, name, counters.keys, counters.allowed)
        if found.wait_seconds:
            raise LoginThrottled(wait_seconds=found.wait_seconds)
        verdict = await passwords.verify(found.password_hash, password)
        if not verdict.is_right or found.id is None or found.password_hash is None:
            await _count(database, counters)
            return None
        password_hash = await _welcome(database, found.id, found, verdict.renewed, counters)
    return _Proved(found.id, password_hash)


async def _count(database: Database, counters: Counters) -> int:
    async with database.open() as tx:
        return await store.note_attempt(tx, counters.keys, counters.allowed, counters.window_seconds)


async def _welcome(
    database: Database, account: Id, found: store.Candidate, renewed: str | None, counters: Counters
) -> str:
    """Forgive earlier failures and renew a dated hash, where there is cause; return the hash that now stands."""
    stands = found.password_hash or ""
    if not found.has_failures and renewed is None:
        return stands
    async with database.open() as tx:
        if found.has_failures:
            await store.forgive(tx, counters.keys[0])
        if renewed and await store.renew_hash(tx, account, stands, renewed):
            stands = renewed
    return stands


async def change_password(
    database: Database, settings: Settings, principal: Principal, old: str, new: str, client: str
) -> None:
    """Set another password for the caller's account; of its tokens only the one it came with stays.

    Raises Invalid (also when the old password is wrong), LoginThrottled.
    """
    if faults := password_faults(new, "newPassword"):
        raise Invalid("Account", faults)
    async with database.open() as tx:
        account = await service.get(tx, principal.account_id)
    if account is None:
        raise NotYours
    proved = await _prove(database, settings, account.email, old, client)
    if proved is None:
        raise invalid("Account", "oldPassword", "mismatch", "is not the present password")
    fresh = await passwords.hashed(new)
    async with database.open(proved.account) as tx, tx.atomic():
        if not await store.change_password(tx, proved.account, fresh, proved.password_hash):
            raise invalid("Account", "oldPassword", "mismatch", "was changed a moment ago")
        await store.revoke_all(tx, proved.account, principal.token_id)
    authentication.forget(proved.account)


async def reset_password(database: Database, settings: Settings, principal: Principal, new: str) -> None:
    """Set a new password with a reset token; every token of the account dies, and failed logins are forgiven.

    Raises Invalid.
    """
    if faults := password_faults(new, "newPassword"):
        raise Invalid("Account", faults)
    fresh, account_id = await passwords.hashed(new), principal.account_id
    async with database.open(account_id) as tx, tx.atomic():
        await store.change_password(tx, account_id, fresh, None)
        if not await store.revoke(tx, account_id, principal.token_id, None):
            raise Unauthenticated  # somebody else was quicker with the same token
        await store.revoke_all(tx, account_id, None)
        account = await store.find(tx, account_id)
        if account is not None:
            await store.forgive(tx, throttling.counters("login", account.email, "", settings).keys[0])
    authentication.forget(account_id)


async def request_reset(database: Database, settings: Settings, email: str, client: str) -> None:
    """Have a mail sent that leads to a new password; says nothing about whether there is such an account.

    Raises Invalid (no address), ResetThrottled.
    """
    name = normalized_email(email)
    if name is None:
        raise Invalid("Account", email_faults(email))
    counters = throttling.counters("reset", name, client, settings)
    if wait_seconds := await _count(database, counters):
        raise ResetThrottled(wait_seconds=wait_seconds)
    async with database.open() as tx:
        account = await store.find_by_email(tx, name)
        if account is not None:
            await jobs.enqueue(tx, RESET, {"account_id": account.id})
