"""Payment intents: created, charged again, read, canceled; what moved because of them; refunds."""

from decimal import Decimal
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from billhook import accounts, organizations, payments, processing
from billhook.api.parameters import FilterParameter
from billhook.api.payment_processing import till_of
from billhook.api.responses import JsonResponse, listed
from billhook.api.wire import UNSET, In, Number, Out, Text, When, given, iso, major
from billhook.gateways import sandbox
from billhook.kernel.ids import Id
from billhook.processing import Intent, NewIntent, Refund, Till, Transaction
from billhook.web import BillhookRequest, parse_query


class PaymentIntentIn(In, kw_only=True):
    """A payment to be collected: `amount` in major units, in the organization's currency unless another is said."""

    amount: Decimal
    currency_id: Text = UNSET
    currencyid: Text = UNSET
    reference: Text = UNSET
    return_url: Text = msgspec.field(name="returnURL", default=UNSET)
    allow_recurring: bool | None = None
    expires_at: When = UNSET


class AuthorizedPaymentIntentIn(In, kw_only=True):
    """A charge without the payer, who agreed to it when the initial intent was paid."""

    initial_payment_intent_id: str
    amount: Decimal
    currency_id: Text = UNSET
    currencyid: Text = UNSET
    reference: Text = UNSET


class FailureOut(Out, kw_only=True):
    """Why the last attempt to pay came to nothing."""

    code: str
    message: str


class PaymentIntentOut(Out, kw_only=True):
    """A payment that is to be collected, or was; amounts in major units."""

    id: str
    get_paid_payment_id: str
    payment_link: str
    amount: Decimal | int
    surcharge: Decimal | int | None = None
    currency_id: str
    reference: str
    return_url: str | None = msgspec.field(name="returnURL", default=None)
    allow_recurring: bool
    initial_payment_intent_id: str | None = None
    status: str
    succeeded: bool
    failure: FailureOut | None = None
    application_fee: Decimal | int
    space_invoices_fee: Decimal | int
    refunded: Decimal | int
    document_id: str | None = None
    payment_id: str | None = None
    organization_id: str
    expires_at: str
    created_at: str
    updated_at: str


class PublicPaymentIntentOut(Out, kw_only=True):
    """What whoever holds a document's link may know of its payment."""

    id: str
    payment_link: str
    amount: Decimal | int
    surcharge: Decimal | int | None = None
    currency_id: str
    reference: str
    status: str
    succeeded: bool
    document_id: str | None = None
    organization_id: str
    expires_at: str


class TransactionOut(Out, kw_only=True):
    """Something that moved: a payment is a credit; fees, refunds and disputes are debits."""

    id: str
    date: str
    amount: Decimal | int
    currency_id: str
    type: str
    kind: str
    source: str
    processor_id: str
    organization_id: str
    document_id: str | None = None
    payment_intent_id: str
    created_at: str


class SandboxPaperIn(In, kw_only=True):
    """What the payer types in the sandbox: a test card, or a test account; `confirm` answers the bank's question."""

    card: Text = UNSET
    expiry: Text = UNSET
    cvc: Text = UNSET
    iban: Text = msgspec.field(name="iban", default=UNSET)
    confirm: bool | None = None


class SandboxAnswerIn(In, kw_only=True):
    """What the payer answers when the bank asks: is it you?"""

    confirm: bool = True


class RefundIn(In, kw_only=True):
    """Money to give back: all that is left unless an `amount` is said."""

    amount: Number = UNSET
    reason: Text = UNSET


class RefundOut(Out, kw_only=True):
    """Money that goes back; `applicationFee` is how much of the fees goes back with it."""

    id: str
    amount: Decimal | int
    surcharge: Decimal | int | None = None
    currency_id: str
    application_fee: Decimal | int
    status: str
    reason: str | None = None
    payment_intent_id: str
    payment_id: str | None = None
    organization_id: str
    created_at: str
    updated_at: str


def intent_out(intent: Intent, till: Till) -> PaymentIntentOut:
    """Return the wire form of an intent. A charge whose answer is still awaited is processing."""
    awaited = intent.initial_intent_id and intent.status == "initiated"
    return PaymentIntentOut(
        id=intent.id,
        get_paid_payment_id=intent.remote_id or "",
        payment_link=till.page_of(intent),
        amount=major(intent.amount, intent.exponent),
        surcharge=major(intent.surcharge, intent.exponent) if intent.surcharge else None,
        currency_id=intent.currency,
        reference=intent.reference,
        return_url=intent.return_url,
        allow_recurring=intent.allow_recurring,
        initial_payment_intent_id=intent.initial_intent_id,
        status="processing" if awaited else intent.status,
        succeeded=intent.succeeded,
        failure=FailureOut(code=intent.failure.code, message=intent.failure.message) if intent.failure else None,
        application_fee=major(intent.application_fee, intent.exponent),
        space_invoices_fee=major(intent.operator_fee, intent.exponent),
        refunded=major(intent.refunded, intent.exponent),
        document_id=intent.document_id,
        payment_id=intent.payment_id,
        organization_id=intent.organization_id,
        expires_at=iso(intent.expires_at) or "",
        created_at=iso(intent.created_at) or "",
        updated_at=iso(intent.updated_at) or "",
    )


def _public(intent: Intent, till: Till) -> PublicPaymentIntentOut:
    return PublicPaymentIntentOut(
        id=intent.id,
        payment_link=till.page_of(intent),
        amount=major(intent.amount, intent.exponent),
        surcharge=major(intent.surcharge, intent.exponent) if intent.surcharge else None,
        currency_id=intent.currency,
        reference=intent.reference,
        status=intent.status,
        succeeded=intent.succeeded,
        document_id=intent.document_id,
        organization_id=intent.organization_id,
        expires_at=iso(intent.expires_at) or "",
    )


def _transaction(row: Transaction) -> TransactionOut:
    return TransactionOut(
        id=row.id,
        date=iso(row.date) or "",
        amount=major(row.amount, row.exponent),
        currency_id=row.currency,
        type=row.type,
        kind=row.kind,
        source="stripe" if row.gateway == "stripe" else "getpaid",
        processor_id=row.processor_id,
        organization_id=row.organization_id,
        document_id=row.document_id,
        payment_intent_id=row.intent_id,
        created_at=iso(row.created_at) or "",
    )


def _refund(row: Refund) -> RefundOut:
    return RefundOut(
        id=row.id,
        amount=major(row.amount, row.exponent),
        surcharge=major(row.surcharge, row.exponent) if row.surcharge else None,
        currency_id=row.currency,
        application_fee=major(row.fee, row.exponent),
        status="pending" if row.status == "requested" else row.status,
        reason=row.reason,
        payment_intent_id=row.intent_id,
        payment_id=row.payment_id,
        organization_id=row.organization_id,
        created_at=iso(row.created_at) or "",
        updated_at=iso(row.updated_at) or "",
    )


TAGS = ["Payment intents"]


@post("/Organizations/{organization_id:str}/payment-intents", status_code=200, tags=TAGS, summary="Create an intent")
async def create(
    request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[PaymentIntentIn]
) -> PaymentIntentOut:
    """Make a payment that anybody can pay who has its `paymentLink`, for a day unless `expiresAt` says otherwise."""
    new = NewIntent(
        amount=data.amount,
        currency=given(data.currency_id) or given(data.currencyid),
        reference=given(data.reference, ""),
        return_url=given(data.return_url) or None,
        allow_recurring=data.allow_recurring or False,
        expires_at=given(data.expires_at),
        operation=request.operation,
    )
    till = till_of(request)
    return intent_out(await processing.create(till, request.principal.account_id, organization_id, new), till)


@post(
    "/Organizations/{organization_id:str}/payment-intents/authorized",
    status_code=200,
    tags=TAGS,
    summary="Charge somebody again",
)
async def charge(
    request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[AuthorizedPaymentIntentIn]
) -> PaymentIntentOut:
    """Charge who paid an intent with `allowRecurring`. A refusal is `succeeded: false` with a `failure`."""
    new = NewIntent(
        amount=data.amount,
        currency=given(data.currency_id) or given(data.currencyid),
        reference=given(data.reference, ""),
        initial_intent_id=data.initial_payment_intent_id,
        operation=request.operation,
    )
    till = till_of(request)
    return intent_out(await processing.charge(till, request.principal.account_id, organization_id, new), till)


@get("/Organizations/{organization_id:str}/payment-intents", tags=TAGS, summary="List intents")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[PaymentIntentOut]:
    """Return a page of the organization's payment intents; `x-total-count` says how many there are."""
    query, till = parse_query(request.scope["query_string"]), till_of(request)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await processing.page(tx, query)
    return listed([intent_out(row, till) for row in rows], total, query)  # type: ignore[return-value]


@get("/payment-intents/{intent_id:str}", tags=TAGS, summary="Read an intent")
async def read(request: BillhookRequest, intent_id: FromPath[str]) -> PaymentIntentOut:
    """Return a payment intent as we know it."""
    async with request.database.open(request.principal.account_id) as tx:
        await processing.enter(tx, intent_id)
        return intent_out(await processing.read(tx, intent_id), till_of(request))


@post("/payment-intents/{intent_id:str}/cancel", status_code=200, tags=TAGS, summary="Cancel an intent")
async def cancel(request: BillhookRequest, intent_id: FromPath[str]) -> PaymentIntentOut:
    """Call a payment off that was not made; one that was is refused with its state (409)."""
    till = till_of(request)
    return intent_out(await processing.cancel(till, request.principal.account_id, intent_id), till)


@get("/payment-intents/{intent_id:str}/transactions", tags=TAGS, summary="List what moved for an intent")
async def moved_for(
    request: BillhookRequest, intent_id: FromPath[str], filter: FilterParameter = None
) -> list[TransactionOut]:
    """Return a page of what moved because of a payment intent: payment, fees, refunds, disputes."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await processing.enter(tx, intent_id)
        rows, total = await processing.moved(tx, query, intent_id=intent_id)
    return listed(map(_transaction, rows), total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/transactions", tags=TAGS, summary="List transactions")
async def moved(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[TransactionOut]:
    """Return a page of what moved online for the organization; `x-total-count` says how much there is."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await processing.moved(tx, query)
    return listed(map(_transaction, rows), total, query)  # type: ignore[return-value]


@get(
    "/Documents/{link:str}/payment-intent",
    opt={"public": True, "acts": True},
    tags=TAGS,
    summary="Pay a shared document",
)
async def of_document(request: BillhookRequest, link: FromPath[str]) -> PublicPaymentIntentOut:
    """Return the payment of a shared document: what is due now, and where to pay it. Needs no access token.

    A link can be asked for 60 times a minute.
    """
    till, client = till_of(request), request.client.host if request.client else ""
    async with request.database.open() as tx:
        await accounts.ration_visits(tx, link, client)
    out: Any = JsonResponse(
        _public(await processing.collect(till, link), till),
        headers={"cache-control": "no-store"},
        media_type="application/json",
    )
    return out  # type: ignore[no-any-return]


@post("/payment-intents/{intent_id:str}/sandbox/pay", status_code=200, tags=TAGS, summary="Pay in the sandbox")
async def play(request: BillhookRequest, intent_id: FromPath[str], data: JSONBody[SandboxPaperIn]) -> PaymentIntentOut:
    """Pay with a test card or a test account as the payer would. For tests without a browser.

    A card whose bank asks (3-D Secure) leaves the intent at `requires_action`: `sandbox/answer` answers it.
    """
    card, till = given(data.card, ""), till_of(request)
    paper = sandbox.Paper(
        number=card,
        expiry=given(data.expiry, "12/40"),
        cvc=given(data.cvc, "1234" if card.startswith("37") else "123"),
        iban=given(data.iban, ""),
    )
    account = request.principal.account_id
    return intent_out(await processing.play_payment(till, account, intent_id, paper, confirmed=data.confirm), till)


@post(
    "/payment-intents/{intent_id:str}/sandbox/answer",
    status_code=200,
    tags=TAGS,
    summary="Answer the bank in the sandbox",
)
async def play_answer(
    request: BillhookRequest, intent_id: FromPath[str], data: JSONBody[SandboxAnswerIn]
) -> PaymentIntentOut:
    """Answer the question of the payer's bank: a `confirm` of false is a payer who turned away."""
    account, till = request.principal.account_id, till_of(request)
    return intent_out(await processing.play_answer(till, account, intent_id, confirmed=data.confirm), till)


@post("/Payments/{payment_id:str}/refunds", status_code=200, tags=["Payments"], summary="Refund a payment")
async def refund(request: BillhookRequest, payment_id: FromPath[str], data: JSONBody[RefundIn]) -> RefundOut:
    """Give money back that was collected online: all that is left, or an `amount`; several times if need be."""
    amount, reason = given(data.amount), (given(data.reason) or "")[:200] or None
    account = request.principal.account_id
    return _refund(await processing.refund(till_of(request), account, payment_id, amount, reason, request.operation))


@get("/Payments/{payment_id:str}/refunds", tags=["Payments"], summary="List the refunds of a payment")
async def refunds(request: BillhookRequest, payment_id: FromPath[str]) -> list[RefundOut]:
    """Return what was given back of a payment, oldest first; nothing for one that was not collected online."""
    async with request.database.open(request.principal.account_id) as tx:
        await payments.enter(tx, payment_id)
        rows = await processing.refunds_of_payment(tx, Id(payment_id))
    return [_refund(row) for row in rows]


ROUTES = [create, charge, page, read, cancel, moved_for, moved, of_document, play, play_answer, refund, refunds]
