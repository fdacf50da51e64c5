"""Pay an invoice: recorded by hand, or charged by a saved method of its customer."""

from typing import Any, Final, Literal

import msgspec
from litestar import Request, post
from litestar.params import FromPath, JSONBody

from billhook import payments, processing
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoice_out import InvoiceOut, invoice_out
from billhook.billing_api.network import enter_invoice
from billhook.billing_api.papers import papers_of
from billhook.billing_api.payment_out import InvoicePaymentOut
from billhook.billing_api.wire import UNSET, Flag, In, Number, Out, given, named, shown
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem, invalid
from billhook.payments import NewPayment
from billhook.processing import Consent, Intent, NewCharge, Till
from billhook.web import BillhookRequest

TERMS_VERSION: Final = "2026-11"
"""The version of the payment terms that `termsConsent` means."""

Gateway = Literal[
    "authorizenet", "freedompay", "kakaopay", "maya", "mercadopago", "mollie", "paypal", "paystack", "payway", "plata",
    "stripe", "tap", "wayforpay", "xendit", "sandbox",
]  # fmt: skip
AnyMethod = Literal["external"] | Gateway


class PaymentRefused(Problem):
    """The payment was refused: {why}"""

    kind = Kind.CONFLICT
    code = "PAYMENT_FAILED"


class GatewayIn(In, kw_only=True):
    """Which saved method to charge: `id`."""

    gateway: Gateway
    id: str | None = None


class MethodIn(In, kw_only=True):
    """How it is paid."""

    type: Literal["external", "paymentGateway"]
    external: dict[str, Any] | None | msgspec.UnsetType = UNSET
    payment_gateway: GatewayIn | None | msgspec.UnsetType = UNSET


class PaymentIn(In, kw_only=True):
    """How it is paid; wins over the deprecated `paymentMethod`."""

    method: MethodIn


class PaymentMethodIn(In, kw_only=True):
    """Deprecated: say `payment.method`. An `id` alone charges that saved method."""

    id: str | None | msgspec.UnsetType = UNSET
    type: AnyMethod | None | msgspec.UnsetType = UNSET


class PayIn(In, kw_only=True):
    """A payment: of `amount`, or of all that remains; by hand, unless a saved method is named."""

    amount: Number = UNSET
    payment: PaymentIn | None | msgspec.UnsetType = UNSET
    payment_method: PaymentMethodIn | None | msgspec.UnsetType = UNSET
    terms_consent: Flag = UNSET


class PaidOut(Out, kw_only=True):
    """The invoice as it stands now, and the payment that was just made."""

    invoice: InvoiceOut
    payment: InvoicePaymentOut


def method_of(body: PayIn) -> str | None:
    """Return the saved method that is to be charged, None for a payment by hand. Raises Invalid."""
    payment, older = given(body.payment), given(body.payment_method)
    if payment is not None:
        if payment.method.type == "external":
            return None
        gateway = given(payment.method.payment_gateway)
        return _saved(gateway.id if gateway else None, "payment.method.paymentGateway.id")
    if older is None or (given(older.id) is None and given(older.type, "external") == "external"):
        return None
    return _saved(given(older.id), "paymentMethod.id")


def _saved(id: str | None, path: str) -> str:
    found = ids.of_uuid_text(id) if id else None
    if found is None:
        message = "has to name a saved payment method of the customer; its page takes other payments"
        raise invalid("Payment", path, "inclusion", message)
    return found


async def leaves_the_house(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a payment is more than one transaction: a charge is, what is recorded by hand is not."""
    body = await request.json()
    try:
        return method_of(msgspec.convert(body, PayIn, strict=False)) is not None
    except (msgspec.ValidationError, Problem):
        return False


@post(
    "/billing/invoices/v1/{invoice_id:str}/pay",
    status_code=200,
    tags=["Invoices"],
    summary="Pay an invoice",
    opt={"outside": leaves_the_house, SCOPE: "invoices"},
)
async def pay(request: BillhookRequest, invoice_id: FromPath[str], data: JSONBody[PayIn]) -> PaidOut:
    """Mark an invoice as paid by hand, or charge a saved method: the rest, or an `amount` of it. Never more."""
    principal, method = request.principal, method_of(data)
    consent = _consent(request) if given(data.terms_consent) else None
    if method is not None:
        return await _charge(request, invoice_id, data, method, consent)
    custom = {"termsConsent": msgspec.to_builtins(consent)} if consent else {}
    new = NewPayment(type="other", amount=given(data.amount), custom=custom)
    async with request.database.open(principal.account_id) as tx:
        document = await enter_invoice(tx, principal, invoice_id, write=True)
        paid = await payments.pay(tx, document, new)
        return await _answer(tx, request, invoice_id, paid.id)


async def _charge(
    request: BillhookRequest, invoice_id: str, data: PayIn, method: str, consent: Consent | None
) -> PaidOut:
    till: Till = request.app.state.till
    principal = request.principal
    async with till.database.open(principal.account_id) as tx:
        await enter_invoice(tx, principal, invoice_id, write=True)
    new = NewCharge(method_id=method, amount=given(data.amount), consent=consent, operation=request.operation)
    intent = await processing.charge_document(till, principal.account_id, named(invoice_id), new)
    _refuse_failed(intent)
    async with till.database.open(principal.account_id) as tx:
        return await _answer(tx, request, invoice_id, intent.id)


def _refuse_failed(intent: Intent) -> None:
    if intent.status == "failed":
        raise PaymentRefused(why=intent.failure.message if intent.failure else "the method cannot be charged")


def _consent(request: BillhookRequest) -> Consent:
    address = request.client.host if request.client else ""
    return Consent(TERMS_VERSION, request.database.clock.now(), address)


async def _answer(tx: Tx, request: BillhookRequest, invoice_id: str, transaction: Id) -> PaidOut:
    document = await enter_invoice(tx, request.principal, invoice_id)
    invoice = invoice_out((await papers_of(tx, [document]))[0], request.public_url)
    payment = next(p for p in invoice.payments if p.transaction_ref == shown(transaction))
    return PaidOut(invoice=invoice, payment=payment)


ROUTES = [pay]
