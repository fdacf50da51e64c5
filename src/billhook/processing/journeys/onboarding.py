"""Setting up: an account's platform at a gateway, an organization as its merchant."""

import logging
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from billhook import gateways, organizations
from billhook.gateways import operation_key, sandbox, stripe
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotFound, NotYours, Problem
from billhook.processing import store
from billhook.processing.journeys.till import Till
from billhook.processing.model import AlreadyEnabled, Face, Merchant, NotEnabled, Platform, SandboxOnly
from billhook.processing.service import set_up
from billhook.web import Principal

log = logging.getLogger("billhook.processing")


async def enable(till: Till, principal: Principal, said: dict[str, Any], *, verified: bool = True) -> Platform:
    """Set up the payment processing of an account; it is that of all organizations in its tree.

    Where no money is, nobody has to be looked at; whoever is to be, for the look of it, is not `verified` yet.

    Raises NotYours (for an account within a tree of another), Invalid, AlreadyEnabled.
    """
    if not principal.is_root:
        raise NotYours
    operators = ("production",) if till.gateways.stripe.settings.stripe_secret_key else ()
    set_up.check(said, ("sandbox", *operators))
    environment = said.get("environment") or "sandbox"
    async with till.database.open(principal.account_id) as tx:
        if await store.select_platform(tx, principal.account_id, Face.PROCESSING) is not None:
            raise AlreadyEnabled
    platform_id = ids.new()
    notice_url = f"{till.gateways.public_url}/v1/payment-processing/{platform_id}/webhooks"
    gateway = till.gateways.get(stripe.NAME if environment == "production" else sandbox.NAME)
    connection = await gateway.connect(platform_id, notice_url, {}, key=operation_key(platform_id, 1, "connect"))
    async with till.database.open(principal.account_id) as tx:
        made = await store.insert_platform(
            tx,
            id=platform_id,
            owner=principal.account_id,
            face=Face.PROCESSING,
            gateway=gateway.name,
            environment=environment,
            approved=verified or gateway.name != sandbox.NAME,
            application_fee=said.get("application_fee") or Decimal(0),
            refund_fee=said.get("refund_fee") or "keep",
            return_url=said.get("return_url") or None,
            remote_id=connection.platform,
            credentials=till.gateways.seal.close(connection.credentials),
            options={},
            custom=said.get("custom") or {},
        )
        if made is None:  # the same account was quicker
            raise AlreadyEnabled
        if said.get("active") is False:
            await set_up.change(tx, principal.account_id, {"active": False})
        return await set_up.platform(tx, principal.account_id)


async def onboard(till: Till, account: Id, organization_id: str, face: Face = Face.PROCESSING) -> Merchant:
    """Make an organization known to the gateway; twice is once. Raises NotEnabled and what `enter` raises."""
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        merchant = await store.put_merchant(tx, ids.new(tx.shard), await set_up.platform_of(tx, face))
        if merchant.remote_id is not None:
            return merchant
        organization = await organizations.read(tx)
        desk = await set_up.desk_of(tx, merchant.id)
    identity = organization.identity
    seller = gateways.Seller(merchant.id, identity.name, identity.country_code or "", identity.email or "")
    gateway, connection = till.at(desk)
    made = await gateway.create_merchant(connection, seller, key=operation_key(merchant.id, 1, "merchant"))
    return await _note(till, merchant, made)


async def link(
    till: Till, account: Id, organization_id: str, face: Face = Face.PROCESSING, *, home: str | None = None
) -> str:
    """Return where an organization says what the gateway wants to know of it; who has done so is led `home`.

    Raises NotFound, NotEnabled.
    """
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id, write=True)
        merchant = await set_up.merchant(tx, face)
        desk = await set_up.desk_of(tx, merchant.id)
    if merchant.remote_id is None:
        merchant = await onboard(till, account, organization_id, face)
    gateway, connection = till.at(desk)
    home = home or f"{till.gateways.public_url}/onboarded"
    back, again = (
        _about(desk.options.get(name) or home, merchant) if face == Face.CONNECT else home
        for name in ("return_url", "refresh_url")
    )
    return await gateway.onboarding_link(connection, merchant.remote_id or "", return_url=back, refresh_url=again)


def _about(url: str, merchant: Merchant) -> str:
    """Return an address of the platform's that says which organization comes back to it."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("organizationId", merchant.organization_id)])
    return urlunsplit(parts._replace(query=query))


async def status(till: Till, account: Id, organization_id: str, face: Face = Face.PROCESSING) -> Merchant:
    """Return the merchant of an organization. One that may not charge yet is asked after at the gateway: a notice may
    not have come. Raises NotFound and what `enter` raises.
    """
    async with till.database.open(account) as tx:
        await organizations.enter(tx, organization_id)
        merchant = await set_up.merchant(tx, face)
    if merchant.charges_enabled or merchant.remote_id is None:
        return merchant
    try:
        return await refresh(till, merchant.organization_id, merchant.id) or merchant
    except Problem as problem:
        log.warning("merchant %s could not be asked after: %s", merchant.id, problem)
        return merchant


async def refresh(till: Till, organization: Id, merchant_id: Id) -> Merchant | None:
    """Ask the gateway how a merchant stands, and note it; None where there is no such merchant."""
    async with till.database.open(organization=organization) as tx:
        try:
            desk = await set_up.desk_of(tx, merchant_id)
            merchant = await set_up.merchant(tx, Face(desk.face))
        except (NotEnabled, NotFound):
            return None
    if desk.merchant_remote_id is None:
        return merchant
    gateway, connection = till.at(desk)
    return await _note(till, merchant, await gateway.get_merchant(connection, desk.merchant_remote_id))


async def follow(till: Till, merchant: Merchant) -> tuple[Merchant, str]:
    """Return how a merchant stands at the gateway, and why it cannot charge; without an answer, as we know it."""
    try:
        merchant = await refresh(till, merchant.organization_id, merchant.id) or merchant
    except Problem as problem:
        log.warning("merchant %s could not be looked after: %s", merchant.id, problem)
    async with till.database.open(organization=merchant.organization_id) as tx:
        return merchant, (await set_up.desk_of(tx, merchant.id)).obstacle


async def _note(till: Till, merchant: Merchant, found: gateways.Merchant) -> Merchant:
    """Note how a merchant stands, if that is news."""
    if (merchant.remote_id, merchant.charges_enabled, merchant.reason) == msgspec.structs.astuple(found):
        return merchant
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
