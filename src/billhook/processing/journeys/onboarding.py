"""Setting up: an account's platform at a gateway, an organization as its merchant."""

from decimal import Decimal
from typing import Any

from billhook import gateways, organizations
from billhook.gateways import operation_key, sandbox
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.processing import store
from billhook.processing.journeys.till import Till
from billhook.processing.model import AlreadyEnabled, Merchant, NotEnabled, Platform, SandboxOnly
from billhook.processing.service import set_up
from billhook.web import Principal


async def enable(till: Till, principal: Principal, said: dict[str, Any]) -> Platform:
    """Set up the payment processing of an account; it is that of all organizations in its tree.

    Raises NotYours (for an account within a tree of another), Invalid, AlreadyEnabled.
    """
    if not principal.is_root:
        raise NotYours
    set_up.check(said)
    async with till.database.open(principal.account_id) as tx:
        if await store.select_platform(tx, principal.account_id, sandbox.NAME) is not None:
            raise AlreadyEnabled
    platform_id = ids.new()
    notice_url = f"{till.gateways.public_url}/v1/payment-processing/{platform_id}/webhooks"
    gateway = till.gateways.get(sandbox.NAME)
    connection = await gateway.connect(platform_id, notice_url, {}, key=operation_key(platform_id, 1, "connect"))
    async with till.database.open(principal.account_id) as tx:
        made = await store.insert_platform(
            tx,
            id=platform_id,
            owner=principal.account_id,
            gateway=sandbox.NAME,
            environment="sandbox",
            approved=True,  # where no money is, nobody has to be looked at
            application_fee=said.get("application_fee") or Decimal(0),
            refund_fee=said.get("refund_fee") or "keep",
            return_url=said.get("return_url") or None,
            remote_id=connection.platform,
            credentials=till.gateways.seal.close(connection.credentials),
            custom=said.get("custom") or {},
        )
        if made is None:  # the same account was quicker
            raise AlreadyEnabled
        if said.get("active") is False:
            await set_up.change(tx, principal.account_id, {"active": False})
        return await set_up.platform(tx, principal.account_id)


async def onboard(till: Till, account: Id, organization_id: str) -> Merchant:
    """Make an organization known to the gateway; twice is once. Raises NotEnabled and what `enter` raises."""
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        merchant = await store.put_merchant(tx, ids.new(tx.shard), await set_up.platform_of(tx))
        if merchant.remote_id is not None:
            return merchant
        organization = await organizations.read(tx)
        desk = await set_up.desk_of(tx, merchant.id)
    identity = organization.identity
    seller = gateways.Seller(merchant.id, identity.name, identity.country_code or "", identity.email or "")
    gateway, connection = till.at(desk)
    made = await gateway.create_merchant(connection, seller, key=operation_key(merchant.id, 1, "merchant"))
    return await _note(till, merchant, made)


async def link(till: Till, account: Id, organization_id: str) -> str:
    """Return where an organization says what the gateway wants to know of it. Raises NotFound, NotEnabled."""
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        merchant = await set_up.merchant(tx)
        desk = await set_up.desk_of(tx, merchant.id)
    if merchant.remote_id is None:
        merchant = await onboard(till, account, organization_id)
    gateway, connection = till.at(desk)
    back = f"{till.gateways.public_url}/"
    return await gateway.onboarding_link(connection, merchant.remote_id or "", return_url=back, refresh_url=back)


async def refresh(till: Till, organization: Id, merchant_id: Id) -> Merchant | None:
    """Ask the gateway how a merchant stands, and note it; None where there is no such merchant."""
    async with till.database.open(organization=organization) as tx:
        try:
            desk = await set_up.desk_of(tx, merchant_id)
        except NotEnabled:
            return None
        merchant = await set_up.merchant(tx)
    if desk.merchant_remote_id is None:
        return merchant
    gateway, connection = till.at(desk)
    return await _note(till, merchant, await gateway.get_merchant(connection, desk.merchant_remote_id))


async def _note(till: Till, merchant: Merchant, found: gateways.Merchant) -> Merchant:
    async with till.database.open(organization=merchant.organization_id) as tx:
        noted = await store.note_merchant(tx, merchant.id, found.id, found.charges_enabled, found.reason)
    return noted or merchant


async def play_approval(till: Till, account: Id, organization_id: str, refused: str) -> Merchant:
    """Send a merchant's form in the sandbox, as its person would. Raises SandboxOnly and what `onboard` raises."""
    merchant = await onboard(till, account, organization_id)
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        if (await set_up.desk_of(tx, merchant.id)).gateway != sandbox.NAME:
            raise SandboxOnly
    await sandbox.approve(till.database, merchant.remote_id or "", refused=refused)
    return await refresh(till, merchant.organization_id, merchant.id) or merchant
