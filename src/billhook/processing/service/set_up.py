"""Platforms and merchants: what is set up, read and switched."""

from typing import Any, Final

from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotFound
from billhook.processing import store
from billhook.processing.model import Desk, Face, Merchant, NotEnabled, Platform, is_web_address

POLICIES = ("keep", "pro_rata", "full")
_MISSING: Final = {
    Face.PROCESSING: "payment processing: set it up first,",
    Face.CONNECT: "Stripe Connect: set it up first (POST /stripe-connect),",
}
_NO_MERCHANT: Final = {
    Face.PROCESSING: "merchant: start its onboarding first,",
    Face.CONNECT: "account at Stripe: start its onboarding first (POST /Organizations/:id/stripe-connect/account),",
}


async def platform(tx: Tx, owner: Id, face: Face = Face.PROCESSING) -> Platform:
    """Return an account's payment processing, or its own Stripe Connect. Raises NotFound."""
    found = await store.select_platform(tx, owner, face)
    if found is None:
        raise NotFound(what=_MISSING[face])
    return found


async def change(tx: Tx, owner: Id, said: dict[str, Any]) -> None:
    """Change what is said of an account's payment processing. Raises Invalid, NotFound."""
    found = await platform(tx, owner)
    check(said, (found.environment,))
    await store.change_platform(
        tx,
        owner=owner,
        face=found.face,
        application_fee=said.get("application_fee"),
        refund_fee=said.get("refund_fee"),
        says_return_url="return_url" in said,
        return_url=said.get("return_url") or None,
        active=said.get("active"),
        custom=said.get("custom"),
        options=None,
        credentials=None,
    )


def check(said: dict[str, Any], environments: tuple[str, ...]) -> None:
    """Refuse what cannot be. Raises Invalid, all faults at once."""
    faults = faults_of_fee(said)
    if said.get("return_url") and not is_web_address(said["return_url"]):
        message = "must be a web address such as https://example.com/thanks"
        faults.append(Fault("paymentCompleteReturnURL", "format", message))
    if said.get("environment") not in (None, *environments):
        message = f"must be {' or '.join(environments)}: nothing else is set up here"
        faults.append(Fault("environment", "inclusion", message))
    faults += faults_of_policy(said)
    if faults:
        raise Invalid("PaymentProcessing", faults)


def faults_of_fee(said: dict[str, Any]) -> list[Fault]:
    """Return what is wrong with an application fee."""
    fee = said.get("application_fee")
    if fee is None or (0 <= fee <= 99 and fee == round(fee, 4)):
        return []
    return [Fault("applicationFee", "numericality", "must be a percentage from 0 to 99, to 4 decimals")]


def faults_of_policy(said: dict[str, Any]) -> list[Fault]:
    """Return what is wrong with what is to become of fees when money goes back."""
    if said.get("refund_fee") in (None, *POLICIES):
        return []
    return [Fault("refundFeePolicy", "inclusion", f"must be one of {', '.join(POLICIES)}")]


async def merchant(tx: Tx, face: Face = Face.PROCESSING) -> Merchant:
    """Return the merchant of the organization that was entered. Raises NotFound."""
    found = await store.merchant_of_organization(tx, face)
    if found is None:
        raise NotFound(what=_NO_MERCHANT[face])
    return found


async def switch(tx: Tx, active: bool, face: Face = Face.PROCESSING) -> None:
    """Let the organization take payments online, or no longer. Raises NotFound."""
    if not await store.switch_merchant(tx, face, active):
        raise NotFound(what=_NO_MERCHANT[face])


async def platform_of(tx: Tx, face: Face = Face.PROCESSING) -> Id:
    """Return the set-up that the organization's payments go through. Raises NotEnabled."""
    found = await store.platform_of_organization(tx, face)
    if found is None:
        raise NotEnabled
    return found


async def desk_of(tx: Tx, merchant_id: Id | None = None, face: Face | None = None) -> Desk:
    """Return what it takes to collect for the organization, through a merchant or a set-up if one is named.

    Raises NotEnabled.
    """
    found = await store.desk(tx, merchant_id, face)
    if found is None:
        raise NotEnabled
    return found
