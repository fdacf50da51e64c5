"""Stripe Connect with the account's own keys: set-up, onboarding, forms for a "Pay now" of one's own, notices."""

from decimal import Decimal
from typing import Any

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from billhook import accounts, organizations, processing
from billhook.api.payment_processing import Link, MerchantIn, till_of
from billhook.api.responses import JsonResponse, Success
from billhook.api.wire import UNSET, Flag, Free, In, Number, Out, Text, iso, major, said
from billhook.kernel import money
from billhook.processing import Face, Merchant, Platform, Till
from billhook.web import BillhookRequest


class StripeConnectIn(In, kw_only=True):
    """Stripe Connect as said. The keys are told apart by how they begin; `applicationFee` is a percentage."""

    private_key: Text = UNSET
    public_key: Text = UNSET
    application_fee: Number = UNSET
    refresh_url: Text = UNSET
    return_url: Text = UNSET
    charge_type: Text = UNSET
    refund_fee_policy: Text = UNSET
    webhook_secret: Text = UNSET
    connect_webhook_secret: Text = UNSET
    active: Flag = UNSET
    custom: Free = UNSET


class StripeConnectOut(Out, kw_only=True):
    """An account's Stripe Connect; the secret key is masked, and webhook secrets are never shown."""

    id: str
    private_key: str
    public_key: str
    application_fee: Decimal | int
    space_invoices_fee: Decimal | int
    refresh_url: str | None = None
    return_url: str | None = None
    charge_type: str
    refund_fee_policy: str
    webhooks_signed: bool
    """Whether both webhook endpoints have their secrets: without, what was paid is found by asking, once a minute."""
    active: bool
    account_id: str
    created_at: str
    updated_at: str
    custom: dict[str, Any]


class StripeConnectAccountOut(Out, kw_only=True):
    """An organization as a connected account; `reason` says why it cannot charge."""

    id: str
    active: bool
    charges_enabled: bool
    reason: str | None = None
    stripe_connect_id: str
    stripe_account_id: str | None = None
    organization_id: str
    created_at: str
    updated_at: str
    custom: dict[str, Any]


class StripePaymentIntentOut(Out, kw_only=True):
    """What Stripe's script opens a form with; `amount` is in the smallest unit, as in Stripe's own object."""

    public_key: str
    client_secret: str
    payment_intent_id: str
    amount: int
    currency_id: str
    amount_decimal: Decimal | int
    stripe_account_id: str | None = None


def _fields(body: StripeConnectIn) -> dict[str, Any]:
    return {{"refund_fee_policy": "refund_fee"}.get(name, name): value for name, value in said(body).items()}


def _connect_out(platform: Platform, till: Till) -> StripeConnectOut:
    options = platform.options
    return StripeConnectOut(
        id=platform.id,
        private_key=options["private_key"],
        public_key=options["public_key"],
        application_fee=money.plain(platform.application_fee),
        space_invoices_fee=money.plain(till.operator_fee),
        refresh_url=options.get("refresh_url") or None,
        return_url=options.get("return_url") or None,
        charge_type=options["charge_type"],
        refund_fee_policy=platform.refund_fee,
        webhooks_signed=options["signed"],
        active=platform.active,
        account_id=platform.account_id,
        created_at=iso(platform.created_at) or "",
        updated_at=iso(platform.updated_at) or "",
        custom=platform.custom,
    )


def _account_out(merchant: Merchant) -> StripeConnectAccountOut:
    return StripeConnectAccountOut(
        id=merchant.id,
        active=merchant.active,
        charges_enabled=merchant.charges_enabled,
        reason=merchant.reason or None,
        stripe_connect_id=merchant.platform_id,
        stripe_account_id=merchant.remote_id,
        organization_id=merchant.organization_id,
        created_at=iso(merchant.created_at) or "",
        updated_at=iso(merchant.updated_at) or "",
        custom={},
    )


TAGS = ["Stripe Connect"]


@post("/stripe-connect", status_code=200, tags=TAGS, summary="Set up Stripe Connect")
async def enable(request: BillhookRequest, data: JSONBody[StripeConnectIn]) -> StripeConnectOut:
    """Let the organizations of the account take payments through its own Stripe account."""
    till = till_of(request)
    return _connect_out(await processing.connect(till, request.principal, _fields(data)), till)


@get("/stripe-connect", tags=TAGS, summary="Read Stripe Connect")
async def read(request: BillhookRequest) -> StripeConnectOut:
    """Return the account's Stripe Connect; 404 until it is set up."""
    async with request.database.open(request.principal.account_id) as tx:
        found = await processing.platform(tx, request.principal.account_id, Face.CONNECT)
    return _connect_out(found, till_of(request))


@patch("/stripe-connect", status_code=204, tags=TAGS, summary="Change Stripe Connect")
async def change(request: BillhookRequest, data: JSONBody[StripeConnectIn]) -> None:
    """Change keys (of the same Stripe account), fee, URLs, webhook secrets or switch; intents keep their fee."""
    await processing.reconnect(till_of(request), request.principal, _fields(data))


@post(
    "/Organizations/{organization_id:str}/stripe-connect/account",
    status_code=200,
    tags=TAGS,
    summary="Make a connected account",
)
async def onboard(request: BillhookRequest, organization_id: FromPath[str]) -> StripeConnectAccountOut:
    """Make a connected account of an organization; asked again, it is the same one."""
    account = request.principal.account_id
    return _account_out(await processing.onboard(till_of(request), account, organization_id, Face.CONNECT))


@get("/Organizations/{organization_id:str}/stripe-connect/account", tags=TAGS, summary="Check the onboarding")
async def status(request: BillhookRequest, organization_id: FromPath[str]) -> StripeConnectAccountOut:
    """Return whether the organization may charge, and why not; 404 until its account was made."""
    account = request.principal.account_id
    return _account_out(await processing.status(till_of(request), account, organization_id, Face.CONNECT))


@post(
    "/Organizations/{organization_id:str}/stripe-connect/account/link",
    status_code=200,
    tags=TAGS,
    summary="Get a link to Stripe's onboarding",
)
async def link(request: BillhookRequest, organization_id: FromPath[str]) -> Link:
    """Return where the organization tells Stripe what it has to know. For one visit within minutes; ask again."""
    account = request.principal.account_id
    return Link(url=await processing.link(till_of(request), account, organization_id, Face.CONNECT))


@get(
    "/Organizations/{organization_id:str}/stripe-connect/account/link",
    opt={"acts": True},
    tags=TAGS,
    summary="Get a link to Stripe's onboarding",
)
async def read_link(request: BillhookRequest, organization_id: FromPath[str]) -> Link:
    """Return the same as by POST."""
    account = request.principal.account_id
    return Link(url=await processing.link(till_of(request), account, organization_id, Face.CONNECT))


@patch(
    "/Organizations/{organization_id:str}/stripe-connect/account",
    status_code=204,
    tags=TAGS,
    summary="Switch a connected account",
)
async def switch(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[MerchantIn]) -> None:
    """Let the organization take payments through Stripe, or no longer."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        await processing.switch(tx, data.active, Face.CONNECT)


@get(
    "/Documents/{link:str}/stripe-connect/payment-intent",
    opt={"public": True, "acts": True},
    tags=TAGS,
    summary="Open a form that pays a shared document",
)
async def of_document(request: BillhookRequest, link: FromPath[str]) -> StripePaymentIntentOut:
    """Return what a form of Stripe's is opened with, for what is due now. Needs no token; no secret is in it.

    Ask whenever the form is made: there is one payment intent for a document, and it follows what is due. A link can be
    asked for 60 times a minute.
    """
    client = request.client.host if request.client else ""
    async with request.database.open() as tx:
        await accounts.ration_visits(tx, link, client)
    form = await processing.open_form(till_of(request), link)
    opened = StripePaymentIntentOut(
        public_key=form.client["publishable_key"],
        client_secret=form.client["client_secret"],
        payment_intent_id=form.remote_id,
        amount=int(form.client["amount"]),
        currency_id=form.intent.currency,
        amount_decimal=major(form.intent.amount, form.intent.exponent),
        stripe_account_id=form.client.get("account"),
    )
    out: Any = JsonResponse(opened, headers={"cache-control": "no-store"}, media_type="application/json")
    return out  # type: ignore[no-any-return]


@post(
    "/stripe-connect/{connect_id:str}/webhooks",
    status_code=200,
    opt={"public": True},
    tags=TAGS,
    summary="Take a notice of Stripe",
)
async def take_notice(request: BillhookRequest, connect_id: FromPath[str]) -> Success:
    """For Stripe: a signed notice is kept once and acted on by asking Stripe. For both endpoints (`?connect=true`)."""
    await processing.take_notice(till_of(request), connect_id, request.headers, await request.body())
    return Success()


@post(
    "/payment-processing/webhooks",
    status_code=200,
    opt={"public": True},
    tags=TAGS,
    summary="Take a notice of Stripe for the operator",
)
async def take_operator_notice(request: BillhookRequest) -> Success:
    """For Stripe, where the operator's own keys are set: the same for all accounts that use them."""
    await processing.take_operator_notice(till_of(request), request.headers, await request.body())
    return Success()


ROUTES = [
    enable,
    read,
    change,
    onboard,
    status,
    link,
    read_link,
    switch,
    of_document,
    take_notice,
    take_operator_notice,
]
