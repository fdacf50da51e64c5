"""What Stripe is asked for when money is to be collected: the same each time, so that the same key fits."""

from datetime import timedelta
from typing import Any, Final

from billhook.gateways.protocol import PaymentRequest, Saved
from billhook.gateways.stripe.amounts import fee_to_wire, to_wire
from billhook.gateways.stripe.keys import Keys
from billhook.gateways.stripe.model import CHARGE, EMBEDDED, HOSTED

_SOONEST: Final = timedelta(minutes=35)
"""A Checkout page lives for at least 30 minutes; five are left for the request to arrive."""
_LATEST: Final = timedelta(hours=24)


def session(request: PaymentRequest, keys: Keys) -> dict[str, Any]:
    """Return a Checkout page that collects the payment."""
    metadata = _metadata(request, HOSTED)
    price = {
        "currency": request.currency.lower(),
        "unit_amount": to_wire(request.amount, request.currency),
        "product_data": {"name": request.description or "Payment"},
    }
    asked: dict[str, Any] = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": request.return_url,
        "cancel_url": request.return_url,
        "client_reference_id": request.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, **_described(request), **_shares(request, keys)},
    }
    if request.save:
        asked["customer_creation"] = "always"
        asked["payment_intent_data"]["setup_future_usage"] = "off_session"
    if _SOONEST <= request.expires_at - request.asked_at <= _LATEST:
        asked["expires_at"] = int(request.expires_at.timestamp())
    return asked


def form(request: PaymentRequest, keys: Keys) -> dict[str, Any]:
    """Return a PaymentIntent that is paid in a form of the seller's own page."""
    return {
        **_amount(request),
        "automatic_payment_methods": {"enabled": True},
        "metadata": _metadata(request, EMBEDDED),
        **_described(request),
        **_shares(request, keys),
    }


def charge(request: PaymentRequest, keys: Keys, saved: Saved) -> dict[str, Any]:
    """Return a PaymentIntent whose payer is not there."""
    return {
        **_amount(request),
        "customer": saved.customer,
        "payment_method": saved.method,
        "off_session": True,
        "confirm": True,
        "metadata": _metadata(request, CHARGE),
        **_described(request),
        **_shares(request, keys),
    }


def change(amount: int, fee: int, currency: str, *, had_fee: bool) -> dict[str, Any]:
    """Return what changes when another amount is due: the fee with it."""
    asked: dict[str, Any] = {"amount": to_wire(amount, currency)}
    wire = fee_to_wire(fee, currency)
    if wire or had_fee:
        asked["application_fee_amount"] = wire or ""
    return asked


def _amount(request: PaymentRequest) -> dict[str, Any]:
    return {"amount": to_wire(request.amount, request.currency), "currency": request.currency.lower()}


def _metadata(request: PaymentRequest, made: str) -> dict[str, str]:
    return {"reference": request.reference, "merchant": request.merchant, "made": made}


def _described(request: PaymentRequest) -> dict[str, str]:
    return {"description": request.description} if request.description else {}


def _shares(request: PaymentRequest, keys: Keys) -> dict[str, Any]:
    """Return who gets what: the platform its fee, and the seller the rest where the charge is the platform's."""
    fee = fee_to_wire(request.fee, request.currency)
    shares: dict[str, Any] = {"application_fee_amount": fee} if fee else {}
    if not keys.direct:
        shares |= {"transfer_data": {"destination": request.merchant}, "on_behalf_of": request.merchant}
    return shares
