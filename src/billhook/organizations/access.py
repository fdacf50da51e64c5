"""Who may act for an organization: invited, accepted or declined, in a role, for a time not at all, no longer.

What `enter` finds is read afresh at each request, so what happens here holds from the next one on.
"""

import hashlib
from typing import Any, Final

import msgspec

from billhook import accounts, jobs
from billhook.accounts.model import email_faults
from billhook.db import Tx, Unique
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotYours, invalid
from billhook.organizations import store
from billhook.organizations.columns import ACCESS
from billhook.organizations.events import INVITED
from billhook.organizations.model import (
    MOST_WAITING,
    Access,
    ConfirmationNeeded,
    Invitation,
    InvitationAnswered,
    InvitationThrottled,
    LastAdmin,
    Letter,
    TooManyInvitations,
    check_invitation,
    check_role,
)
from billhook.organizations.service import admit, read
from billhook.web import Listing, Principal, Query

_ACCESS: Final = Listing(
    store.LIST_ACCESS, store.list_access, store.COUNT_ACCESS, store.count_access, ACCESS, tie="a.id"
)
_ACCESSES_OF: Final = Listing(
    store.LIST_ACCESSES_OF, store.list_accesses_of, store.COUNT_ACCESSES_OF, store.count_accesses_of, ACCESS, tie="a.id"
)


async def enter_access(tx: Tx, access_id: str, *, idle: bool = False, own: bool = False) -> Access:
    """Enter the organization of an access row as its admin and return the row; with `own`, also as who it is about.

    Raises what `admit` raises.
    """
    if not ids.is_id(access_id) or tx.account is None:
        raise NotYours
    entered = await store.enter_of_access(tx, Id(access_id), ids.shard_of(access_id), tx.account)
    admit(tx, entered)
    found = await _read(tx, Id(access_id))
    admit(tx, entered, admin=not own or found.account_id != tx.account, idle=idle)
    return found


async def _read(tx: Tx, access_id: Id) -> Access:
    found = await store.select_access(tx, access_id)
    if found is None:
        raise NotYours
    return found


async def page_of_access(tx: Tx, query: Query) -> tuple[list[Access], int]:
    """Return a page of who may act for the organization or is invited to, and how many there are in all."""
    return await _ACCESS.page(tx, query, tx.shard, tx.organization)


async def count_access(tx: Tx, where: dict[str, Any]) -> int:
    """Return how many may act for the organization or are invited to."""
    return await _ACCESS.count(tx, where, tx.shard, tx.organization)


async def accesses_of(tx: Tx, account_id: Id, query: Query) -> tuple[list[Access], int]:
    """Return a page of what an account may act for and is invited to, and how much there is in all."""
    return await _ACCESSES_OF.page(tx, query, account_id)


async def count_accesses_of(tx: Tx, account_id: Id, where: dict[str, Any]) -> int:
    """Return how much an account may act for and is invited to."""
    return await _ACCESSES_OF.count(tx, where, account_id)


async def invite(tx: Tx, principal: Principal, new: Invitation) -> Access:
    """Invite somebody to act for the organization that was entered, or let them at once.

    The same invitation again returns the one there is; one that was declined is made anew. Raises Invalid,
    ConfirmationNeeded, TooManyInvitations, InvitationThrottled.
    """
    faults, email = check_invitation(new), None
    if not new.account_id and new.email and new.email.strip():
        email = accounts.normalized_email(new.email)
        faults += email_faults(new.email) if email is None else []
    if faults:
        raise Invalid("AccountOrganization", faults)
    async with tx.atomic():
        await _check_inviter(tx, principal, new)
        await store.lock_access(tx)
        account = Id(new.account_id) if new.account_id and ids.is_id(new.account_id) else None
        found = await store.invitee(tx, account, email, principal.root_id)
        if new.account_id and found is None:
            message = "is no account of your tree; invite others by `email`"
            raise invalid("AccountOrganization", "accountId", "inclusion", message)
        known = found.id if found and found.is_known else None
        there = await store.access_of(tx, known, email)
        if there is not None:
            access, is_new = await _again(tx, principal, await _read(tx, there), new)
        else:
            access, is_new = await _insert(tx, principal, new, known, email), True
        if is_new and new.send_email:
            await _announce(tx, principal, access)
    return access


async def _check_inviter(tx: Tx, principal: Principal, new: Invitation) -> None:
    if new.require_confirmation:
        return
    inviter = await accounts.get(tx, principal.account_id)
    if inviter is None or not inviter.is_root or not inviter.email_verified:
        raise ConfirmationNeeded


async def _again(tx: Tx, principal: Principal, access: Access, new: Invitation) -> tuple[Access, bool]:
    """Return what becomes of an access row whose account is invited again, and whether that is news to it."""
    if access.rejected:
        fresh = msgspec.structs.replace(
            access,
            role=new.role,
            active=not new.require_confirmation,
            rejected=False,
            inviter_id=principal.account_id,
            inviter_root_id=principal.root_id,
        )
        return await _write(tx, fresh), True
    if access.role != new.role:
        message = f"is `{access.role}` for who was invited before; change it with POST …/{access.id}/change-role"
        raise invalid("AccountOrganization", "role", "uniqueness", message)
    if access.waits and not new.require_confirmation:
        return await _write(tx, msgspec.structs.replace(access, active=True)), True
    return access, False


async def _insert(tx: Tx, principal: Principal, new: Invitation, account: Id | None, email: str | None) -> Access:
    if new.require_confirmation and await store.waiting_invitations(tx) >= MOST_WAITING:
        raise TooManyInvitations(most=MOST_WAITING)
    access_id = ids.new(tx.shard)
    await store.insert_access(
        tx,
        id=access_id,
        account=account,
        role=new.role,
        active=not new.require_confirmation,
        email=email,
        inviter=principal.account_id,
        inviter_root=principal.root_id,
    )
    return await _read(tx, access_id)


async def _announce(tx: Tx, principal: Principal, access: Access) -> None:
    to = access.email or access.invitation_email or ""
    if wait_seconds := await accounts.ration_invitations(tx, principal.root_id, to):
        raise InvitationThrottled(wait_seconds=wait_seconds)
    await jobs.enqueue(tx, INVITED, {"access_id": access.id})


async def _write(tx: Tx, access: Access) -> Access:
    await store.set_access(
        tx,
        access=access.id,
        role=access.role,
        active=access.active,
        disabled=access.disabled,
        rejected=access.rejected,
        account=access.account_id,
        inviter=access.inviter_id,
        inviter_root=access.inviter_root_id,
    )
    return await _read(tx, access.id)


async def resend_invitation(tx: Tx, principal: Principal, access_id: str) -> None:
    """Have the mail of an invitation sent again. Raises InvitationAnswered, InvitationThrottled."""
    async with tx.atomic():
        access = await _read(tx, Id(access_id))
        if not access.waits:
            raise InvitationAnswered
        await _announce(tx, principal, access)


async def answer_invitation(tx: Tx, access_id: str, *, accept: bool) -> None:
    """Accept or decline an invitation as the account it is meant for; the same answer again changes nothing.

    Raises NotYours, InvitationAnswered.
    """
    if not ids.is_id(access_id) or tx.account is None:
        raise NotYours
    admit(tx, await store.enter_invitation(tx, Id(access_id), ids.shard_of(access_id), tx.account))
    await settle_invitation(tx, Id(access_id), tx.account, accept=accept)


async def settle_invitation(tx: Tx, access_id: Id, account: Id | None, *, accept: bool) -> None:
    """Note the answer to an invitation of the organization that was entered. Raises NotYours, InvitationAnswered."""
    async with tx.atomic():
        await store.lock_access(tx)
        access = await _read(tx, access_id)
        if not access.waits:
            if access.rejected is not accept:
                return
            raise InvitationAnswered
        answered = msgspec.structs.replace(
            access, active=accept, rejected=not accept, account_id=access.account_id or account
        )
        try:
            await _write(tx, answered)
        except Unique:
            raise InvitationAnswered from None  # the account has access by another invitation


async def invitation_letter(tx: Tx, access_id: Id) -> Letter | None:
    """Make the token for an invitation's mail and return what the mail says; None where it has no point any more.

    The token is in this mail and, hashed, in the row: the mail before this one opens nothing from here on.
    """
    access = await store.select_access(tx, access_id)
    if access is None or access.rejected or access.disabled:
        return None
    token = ids.token()
    await store.put_invitation_hash(tx, access_id, _digest(token))
    return Letter(access, await read(tx), token)


async def enter_by_letter(tx: Tx, access_id: str, token: str) -> Access:
    """Enter the organization of an invitation with the token of its mail. Raises NotYours."""
    if not ids.is_id(access_id):
        raise NotYours
    admit(tx, await store.enter_by_letter(tx, Id(access_id), ids.shard_of(access_id), _digest(token)))
    return await _read(tx, Id(access_id))


def _digest(token: str) -> bytes:
    """Return what a mailed token is found by. A plain hash will do: there is nothing to guess in 384 bits."""
    return hashlib.sha256(token.encode()).digest()


async def change_role(tx: Tx, access_id: str, role: str) -> None:
    """Give another role to who may act for the organization. Raises Invalid, LastAdmin, NotYours."""
    if faults := check_role(role):
        raise Invalid("AccountOrganization", faults)
    await _change(tx, access_id, role=role)


async def enable(tx: Tx, access_id: str) -> None:
    """Let somebody act for the organization again. Raises NotYours."""
    await _change(tx, access_id, disabled=False)


async def disable(tx: Tx, access_id: str) -> None:
    """Let somebody not act for the organization for a time. Raises LastAdmin, NotYours."""
    await _change(tx, access_id, disabled=True)


async def _change(tx: Tx, access_id: str, **changes: Any) -> None:
    async with tx.atomic():
        await store.lock_access(tx)
        before = await _read(tx, Id(access_id))
        after = msgspec.structs.replace(before, **changes)
        await _keep_an_admin(tx, before, after)
        if after != before:
            await _write(tx, after)


async def remove_access(tx: Tx, access_id: str) -> int:
    """Take access away, or an invitation back; 0 when it is gone already. Raises LastAdmin."""
    async with tx.atomic():
        await store.lock_access(tx)
        before = await store.select_access(tx, Id(access_id))
        if before is None:
            return 0
        await _keep_an_admin(tx, before, None)
        return await store.delete_access(tx, before.id)


async def _keep_an_admin(tx: Tx, before: Access, after: Access | None) -> None:
    """Refuse what would leave nobody who manages the organization. Raises LastAdmin."""
    still = after is not None and after.is_live_admin
    if before.is_live_admin and not still and not await store.other_admins(tx, before.id):
        raise LastAdmin
