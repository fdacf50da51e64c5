"""What can be done with accounts and tokens, each inside one unit of work."""

from typing import Any, Final, Literal

from billhook import jobs
from billhook.accounts import authentication, columns, store, throttling, tokens
from billhook.accounts.events import CONFIRM
from billhook.accounts.model import (
    CONFIRMATION_TTL_SECONDS,
    RESET_TTL_SECONDS,
    TAKEN,
    AccessToken,
    Account,
    Changes,
    ChildOrganizationsDisabled,
    ConfirmationThrottled,
    Granted,
    VisitsThrottled,
    changes_faults,
    email_faults,
    may_redirect,
    normalized_email,
    ttl_faults,
)
from billhook.db import Tx, Unique, constraint_of
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotFound, NotYours, invalid
from billhook.web import Listing, Principal, Query, Unauthenticated

_CHILDREN: Final = Listing(
    store.CHILDREN, store.children, store.COUNT_CHILDREN, store.how_many, columns.CHILDREN, "a.id"
)
_TOKENS: Final = Listing(store.TOKENS, store.tokens, store.COUNT_TOKENS, store.how_many, columns.TOKENS, "t.id")


async def acting_for(tx: Tx, principal: Principal, account_id: str) -> Account:
    """Return an account the principal may act for: its own, or for a root account one of its children.

    Raises NotYours, the same for an account of somebody else and for one that does not exist.
    """
    if not ids.is_id(account_id):
        raise NotYours
    found = await store.find_reachable(tx, Id(account_id), principal.account_id)
    if found is None:
        raise NotYours
    return found


async def get(tx: Tx, account_id: Id) -> Account | None:
    """Return an account, whoever asks: for rooms that have settled the right to see it."""
    return await store.find(tx, account_id)


async def is_unique(tx: Tx, email: str) -> bool:
    """Tell whether an address is still free. Raises Invalid when it is no address."""
    normalized = normalized_email(email)
    if normalized is None:
        raise Invalid("Account", email_faults(email))
    return not await store.is_taken(tx, normalized)


async def amend(tx: Tx, principal: Principal, account_id: str, changes: Changes) -> Account:
    """Change an account; a new address has to be confirmed, and links mailed to the old one die.

    Raises NotYours, Invalid (also when the address is taken), ConfirmationThrottled (too many addresses in an hour).
    """
    account = await acting_for(tx, principal, account_id)
    if faults := changes_faults(changes):
        raise Invalid("Account", faults)
    email = normalized_email(changes.email) if changes.email is not None else None
    try:
        async with tx.atomic():
            amended = await store.amend(tx, account.id, email, changes.locale, changes.profile, changes.custom)
            if amended.email_changed:
                await store.revoke_letters(tx, account.id)
                await _ask_to_confirm(tx, account.id, amended.email)
    except Unique as error:
        raise taken(error) from None
    return amended


def taken(error: Exception) -> Exception:
    """Return what to raise for a row that stands already: the address is taken, or a bug of ours."""
    return Invalid("Account", [TAKEN]) if constraint_of(error) == "account_email" else error


async def children(tx: Tx, principal: Principal, query: Query) -> tuple[list[Account], int]:
    """Return a page of the caller's child accounts, and how many the filter finds in all. Raises Invalid."""
    return await _CHILDREN.page(tx, query, principal.account_id)


async def count_children(tx: Tx, principal: Principal, where: dict[str, Any]) -> int:
    """Return how many child accounts of the caller a filter finds. Raises Invalid."""
    return await _CHILDREN.count(tx, where, principal.account_id)


async def token_list(tx: Tx, principal: Principal, account_id: str, query: Query) -> tuple[list[AccessToken], int]:
    """Return a page of an account's live tokens, and how many the filter finds in all. Raises NotYours, Invalid."""
    account = await acting_for(tx, principal, account_id)
    return await _TOKENS.page(tx, query, account.id, tx.now)


async def grant(tx: Tx, principal: Principal, account_id: str, ttl_seconds: int, scopes: list[str]) -> Granted:
    """Make a further token of an account. Raises NotYours, Invalid, Unauthenticated (the asking token has gone)."""
    account = await acting_for(tx, principal, account_id)
    if faults := ttl_faults(ttl_seconds):
        raise Invalid("AccessToken", faults)
    return await _grant(tx, principal, account.id, ttl_seconds, scopes)


async def impersonate(
    tx: Tx, principal: Principal, child_id: str | None, email: str | None, ttl_seconds: int
) -> Granted:
    """Make a token of a child account, named by id or address, for its root account.

    Raises NotYours (the caller is no root account, or the account is no child of it), Invalid.
    """
    faults = ttl_faults(ttl_seconds)
    if faults or not (child_id or email):
        missing = invalid("AccessToken", "email", "presence", "or `id` has to say which account").faults
        raise Invalid("AccessToken", [*faults, *([] if child_id or email else missing)])
    by_id = Id(child_id) if child_id and ids.is_id(child_id) else None
    by_email = normalized_email(email) if email and not child_id else None
    child = await store.find_child(tx, principal.account_id, by_id, by_email)
    if child is None:
        raise NotYours
    return await _grant(tx, principal, child.id, ttl_seconds, [])


async def _grant(tx: Tx, principal: Principal, account: Id, ttl_seconds: int, scopes: list[str]) -> Granted:
    made = tokens.fresh()
    kept = await store.grant(tx, account, principal.token_id, made.id, made.hash, made.hint, ttl_seconds, scopes)
    if kept is None:
        raise Unauthenticated
    return Granted(made.token, kept)


async def revoke(tx: Tx, principal: Principal, account_id: str, token: str) -> None:
    """Take a token away, named by its row or by itself; it opens nothing from here on. Raises NotYours, NotFound."""
    account = await acting_for(tx, principal, account_id)
    row = Id(token) if ids.is_id(token) else None
    gone = await store.revoke(tx, account.id, row, tokens.digest(token))
    authentication.forget(account.id)
    if not gone:
        raise NotFound(what="access token")


async def log_out(tx: Tx, principal: Principal) -> None:
    """Take the token away that the caller came with."""
    await store.revoke(tx, principal.account_id, principal.token_id, None)
    authentication.forget(principal.account_id)


async def send_confirmation(tx: Tx, principal: Principal, account_id: str) -> None:
    """Have the mail sent that asks to confirm the address; one that was confirmed by mail gets none.

    Raises NotYours, ConfirmationThrottled.
    """
    account = await acting_for(tx, principal, account_id)
    if account.is_proved:
        return
    await _ask_to_confirm(tx, account.id, account.email)


async def _ask_to_confirm(tx: Tx, account_id: Id, email: str) -> None:
    """Put the confirmation mail into the outbox, unless the account or the address has had its ration."""
    counters = throttling.confirmations(account_id, email)
    if wait_seconds := await store.note_attempt(tx, counters.keys, counters.allowed, counters.window_seconds):
        raise ConfirmationThrottled(wait_seconds=wait_seconds)
    await jobs.enqueue(tx, CONFIRM, {"account_id": account_id})


async def ration_invitations(tx: Tx, root_id: Id, email: str) -> int:
    """Count an invitation that is to be mailed; return how many seconds it has to wait (0: it may go out)."""
    counters = throttling.invitations(root_id, email)
    return await store.note_attempt(tx, counters.keys, counters.allowed, counters.window_seconds)


async def ration_visits(tx: Tx, link: str, client: str) -> None:
    """Count a visit of a public link that makes work, from an address. Raises VisitsThrottled."""
    counters = throttling.visits(link, client)
    if wait_seconds := await store.note_attempt(tx, counters.keys, counters.allowed, counters.window_seconds):
        raise VisitsThrottled(wait_seconds=wait_seconds)


async def founder(tx: Tx, principal: Principal, account_id: str) -> Account:
    """Return the account that is to own a new organization: the principal's own, or for a root account a child's.

    Raises NotYours, ChildOrganizationsDisabled (the root account wants to create its children's itself).
    """
    account = await acting_for(tx, principal, account_id)
    if not principal.is_root:
        root = await store.find(tx, principal.root_id)
        if root is not None and root.profile.disable_creating_child_organizations:
            raise ChildOrganizationsDisabled
    return account


async def confirm(tx: Tx, account_id: str, token: str, redirect: str | None, public_url: str) -> None:
    """Note that an address is its account's. Raises Invalid: the token opens nothing, or the redirect leads away.

    A redirect may lead to an `activateRedirect` of the account or its root, or to a page under `public_url`.
    """
    account, digest = Id(account_id), tokens.digest(token)
    configured = await store.confirmation(tx, account, digest) if ids.is_id(account_id) else None
    if configured is None:
        raise invalid("confirmation", "token", "expired", "is not valid any more; ask for another mail")
    if redirect is not None and not may_redirect(redirect, configured, public_url):
        raise invalid("confirmation", "redirect", "inclusion", "is not an address of this server or of the account")
    await store.confirm(tx, account, digest)


async def new_confirmation(tx: Tx, account_id: Id) -> str:
    """Make a token that confirms the account's address (7 days), for a mail.

    Make it before reading where the mail goes: a change of the address kills the tokens made before it.
    """
    return await _letter(tx, account_id, "confirm", CONFIRMATION_TTL_SECONDS)


async def new_reset(tx: Tx, account_id: Id) -> str:
    """Make a token that sets a new password once (1 hour), for a mail; as with `new_confirmation`, make it first."""
    return await _letter(tx, account_id, "reset", RESET_TTL_SECONDS)


async def _letter(tx: Tx, account_id: Id, purpose: Literal["confirm", "reset"], ttl_seconds: int) -> str:
    made = tokens.fresh()
    await store.insert_letter_token(tx, account_id, made.id, made.hash, made.hint, purpose, ttl_seconds)
    return made.token
