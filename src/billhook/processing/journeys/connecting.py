"""Connecting: an account sets up Stripe Connect with its own keys, and changes what it said of it."""

from decimal import Decimal
from typing import Any, Final

from billhook.gateways import operation_key, stripe
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid
from billhook.processing import store
from billhook.processing.journeys.till import Till
from billhook.processing.model import AlreadyEnabled, Face, Platform, is_web_address
from billhook.processing.service import set_up
from billhook.web import Principal

_WHAT: Final = "StripeConnect"
_SECRETS: Final = {"webhook_secret": "webhookSecret", "connect_webhook_secret": "connectWebhookSecret"}
_URLS: Final = {"refresh_url": "refreshUrl", "return_url": "returnUrl"}


async def connect(till: Till, principal: Principal, said: dict[str, Any]) -> Platform:
    """Set up Stripe Connect with an account's own keys, told apart by how they begin.

    Raises NotYours (for an account within a tree of another), Invalid, AlreadyEnabled and, where Stripe does not take
    the keys, Refused.
    """
    if not principal.is_root:
        raise NotYours
    said = _put_right(said)
    _check(said, _faults_of_keys(said.get("private_key") or "", said.get("public_key") or ""))
    async with till.database.open(principal.account_id) as tx:
        if await store.select_platform(tx, principal.account_id, Face.CONNECT) is not None:
            raise AlreadyEnabled
    platform_id = ids.new()
    notice_url = f"{till.gateways.public_url}/v1/stripe-connect/{platform_id}/webhooks"
    given = {"secret_key": said["private_key"], "publishable_key": said["public_key"], **_given(said)}
    key = operation_key(platform_id, 1, "connect")
    connection = await till.gateways.stripe.connect(platform_id, notice_url, given, key=key)
    async with till.database.open(principal.account_id) as tx:
        made = await store.insert_platform(
            tx,
            id=platform_id,
            owner=principal.account_id,
            face=Face.CONNECT,
            gateway=stripe.NAME,
            environment="production" if stripe.is_live(said["private_key"]) else "sandbox",
            approved=True,
            application_fee=said.get("application_fee") or Decimal(0),
            refund_fee=said.get("refund_fee") or "keep",
            return_url=None,
            remote_id=connection.platform,
            credentials=till.gateways.seal.close(connection.credentials),
            options=_options(said, connection.credentials),
            custom=said.get("custom") or {},
        )
        if made is None:  # the same account was quicker
            raise AlreadyEnabled
        if said.get("active") is False:
            await _write(till, principal.account_id, {"active": False}, None)
        return await set_up.platform(tx, principal.account_id, Face.CONNECT)


async def reconnect(till: Till, principal: Principal, said: dict[str, Any]) -> None:
    """Change what an account said of its Stripe Connect; other keys have to be of the same Stripe account.

    Raises NotFound, Invalid and, where Stripe does not take the keys, Refused.
    """
    async with till.database.open(principal.account_id) as tx:
        found = await set_up.platform(tx, principal.account_id, Face.CONNECT)
        sealed = await store.sealed(tx, principal.account_id, Face.CONNECT)
    before = till.gateways.seal.open(sealed or b"")
    said = _put_right(said)
    private = said.get("private_key") or before["secret_key"]
    public = said.get("public_key") or before["publishable_key"]
    faults = _faults_of_keys(private, public)
    if said.get("charge_type") not in (None, before["charge_type"]):
        faults.append(Fault("chargeType", "immutable", "cannot change: payments that were made would be out of reach"))
    _check(said, faults)
    credentials = before | {"secret_key": private, "publishable_key": public} | _given(said)
    if private != before["secret_key"]:
        key = operation_key(found.id, 1, "reconnect")
        hooked = {"webhook_secret": "none"} | credentials  # endpoints are there already, whoever made them
        same = await till.gateways.stripe.connect(found.id, "", hooked, key=key)
        if same.platform != found.remote_id:
            raise invalid(_WHAT, "privateKey", "mismatch", "must be a key of the same Stripe account as before")
    await _write(till, principal.account_id, said, credentials)


async def _write(till: Till, owner: Id, said: dict[str, Any], credentials: dict[str, str] | None) -> None:
    async with till.database.open(owner) as tx:
        await store.change_platform(
            tx,
            owner=owner,
            face=Face.CONNECT,
            application_fee=said.get("application_fee"),
            refund_fee=said.get("refund_fee"),
            says_return_url=False,
            return_url=None,
            active=said.get("active"),
            custom=said.get("custom"),
            options=_options(said, credentials) if credentials else None,
            credentials=till.gateways.seal.close(credentials) if credentials else None,
        )


def _put_right(said: dict[str, Any]) -> dict[str, Any]:
    if not (said.get("private_key") and said.get("public_key")):
        return said
    private, public = stripe.put_right(said["private_key"], said["public_key"])
    return said | {"private_key": private, "public_key": public}


def _faults_of_keys(private: str, public: str) -> list[Fault]:
    return [Fault(name, "format", message) for name, message in stripe.faults_of_keys(private, public)]


def _check(said: dict[str, Any], faults: list[Fault]) -> None:
    """Refuse what cannot be. Raises Invalid, all faults at once."""
    faults = faults + set_up.faults_of_fee(said) + set_up.faults_of_policy(said)
    for name, wire in _URLS.items():
        if said.get(name) and not is_web_address(said[name]):
            faults.append(Fault(wire, "format", "must be a web address such as https://example.com/onboarded"))
    for name, wire in _SECRETS.items():
        if said.get(name) and not said[name].startswith(stripe.WEBHOOK):
            faults.append(Fault(wire, "format", "must be the signing secret of a webhook endpoint: whsec_…"))
    if said.get("charge_type") not in (None, "destination", "direct"):
        faults.append(Fault("chargeType", "inclusion", "must be destination or direct"))
    if faults:
        raise Invalid(_WHAT, faults)


def _given(said: dict[str, Any]) -> dict[str, str]:
    """Return what was said that opens or signs something, or says how charges are made."""
    return {name: said[name] for name in (*_SECRETS, "charge_type") if said.get(name)}


def _options(said: dict[str, Any], credentials: dict[str, str]) -> dict[str, Any]:
    """Return what may be shown of a set-up: no secret is in it."""
    return {
        "private_key": stripe.masked(credentials["secret_key"]),
        "public_key": credentials["publishable_key"],
        "charge_type": credentials["charge_type"],
        "signed": all(credentials.get(name) for name in _SECRETS),
        **{name: said[name] or "" for name in _URLS if name in said},
    }
