"""Payment processing: an account's set-up, organizations as merchants, notices of gateways, the sandbox's switches."""

from decimal import Decimal
from typing import Any, Literal

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from billhook import organizations, processing
from billhook.api.responses import Success
from billhook.api.wire import UNSET, Flag, Free, In, Number, Out, Text, given, iso, said
from billhook.gateways import sandbox
from billhook.kernel import money
from billhook.processing import Merchant, Platform, Till
from billhook.web import BillhookRequest


class PaymentProcessingIn(In, kw_only=True):
    """Payment processing as said; `applicationFee` is a percentage, `refundFeePolicy` what refunds do to it."""

    application_fee: Number = UNSET
    payment_complete_return_url: Text = msgspec.field(name="paymentCompleteReturnURL", default=UNSET)
    environment: Text = UNSET
    active: Flag = UNSET
    refund_fee_policy: Text = UNSET
    custom: Free = UNSET


class PaymentProcessingOut(Out, kw_only=True):
    """An account's payment processing."""

    id: str
    account_id: str
    merchant_id: str
    approved: bool
    active: bool
    application_fee: Decimal | int
    space_invoices_fee: Decimal | int
    payment_complete_return_url: str | None = msgspec.field(name="paymentCompleteReturnURL", default=None)
    refund_fee_policy: str
    environment: str
    custom: dict[str, Any] | None
    created_at: str
    updated_at: str


class MerchantIn(In, kw_only=True):
    """What an organization may switch: whether it takes payments online."""

    active: bool


class MerchantOut(Out, kw_only=True):
    """An organization as the payment provider knows it; `reason` says why it cannot charge."""

    id: str
    merchant_id: str | None = None
    application_id: str
    charges_enabled: bool
    reason: str | None = None
    active: bool
    organization_id: str
    payment_processing_id: str
    created_at: str
    updated_at: str


class Link(Out, kw_only=True):
    """Where to go."""

    url: str


class ApprovalIn(In, kw_only=True):
    """How the onboarding form ends: approved, or refused for a reason."""

    refused: Text = UNSET


class TroublesIn(In, kw_only=True):
    """What is to go wrong in the sandbox; `answersLeft` says how many answers that happens to."""

    notices: Literal["normal", "lost", "late", "twice", "out_of_order"] = "normal"
    answers: Literal["normal", "dropped_before", "dropped_after"] = "normal"
    answers_left: int = 1


class TroublesOut(Out, kw_only=True):
    """What goes wrong in the sandbox."""

    notices: str
    answers: str
    answers_left: int


def till_of(request: BillhookRequest) -> Till:
    """Return what journeys to a gateway need."""
    till: Till = request.app.state.till
    return till


def _fields(body: PaymentProcessingIn) -> dict[str, Any]:
    names = {"payment_complete_return_url": "return_url", "refund_fee_policy": "refund_fee"}
    return {names.get(name, name): value for name, value in said(body).items()}


def platform_out(platform: Platform, till: Till) -> PaymentProcessingOut:
    """Return the wire form of an account's payment processing; nothing secret is in it."""
    return PaymentProcessingOut(
        id=platform.id,
        account_id=platform.account_id,
        merchant_id=platform.remote_id,
        approved=platform.approved,
        active=platform.active,
        application_fee=money.plain(platform.application_fee),
        space_invoices_fee=money.plain(till.operator_fee),
        payment_complete_return_url=platform.return_url,
        refund_fee_policy=platform.refund_fee,
        environment=platform.environment,
        custom=platform.custom,
        created_at=iso(platform.created_at) or "",
        updated_at=iso(platform.updated_at) or "",
    )


def merchant_out(merchant: Merchant) -> MerchantOut:
    """Return the wire form of a merchant."""
    return MerchantOut(
        id=merchant.id,
        merchant_id=merchant.remote_id,
        application_id=merchant.platform_id,
        charges_enabled=merchant.charges_enabled,
        reason=merchant.reason or None,
        active=merchant.active,
        organization_id=merchant.organization_id,
        payment_processing_id=merchant.platform_id,
        created_at=iso(merchant.created_at) or "",
        updated_at=iso(merchant.updated_at) or "",
    )


TAGS = ["Payment processing"]


@post("/payment-processing", status_code=200, tags=TAGS, summary="Set up payment processing")
async def enable(request: BillhookRequest, data: JSONBody[PaymentProcessingIn]) -> PaymentProcessingOut:
    """Let the organizations of the account take payments online: in the sandbox, or with `environment` production
    through the operator's Stripe account, where there is one.
    """
    till = till_of(request)
    return platform_out(await processing.enable(till, request.principal, _fields(data)), till)


@get("/payment-processing", tags=TAGS, summary="Read payment processing")
async def read(request: BillhookRequest) -> PaymentProcessingOut:
    """Return the account's payment processing; 404 until it is set up."""
    async with request.database.open(request.principal.account_id) as tx:
        return platform_out(await processing.platform(tx, request.principal.account_id), till_of(request))


@patch("/payment-processing", status_code=204, tags=TAGS, summary="Change payment processing")
async def change(request: BillhookRequest, data: JSONBody[PaymentProcessingIn]) -> None:
    """Change fee, return URL or switch of the account's payment processing. Fees of intents that exist stay."""
    async with request.database.open(request.principal.account_id) as tx:
        await processing.change(tx, request.principal.account_id, _fields(data))


@post("/Organizations/{organization_id:str}/merchant", status_code=200, tags=TAGS, summary="Onboard an organization")
async def onboard(request: BillhookRequest, organization_id: FromPath[str]) -> MerchantOut:
    """Make an organization known to the payment provider; it may charge once its onboarding form was approved."""
    return merchant_out(await processing.onboard(till_of(request), request.principal.account_id, organization_id))


@get("/Organizations/{organization_id:str}/merchant", tags=TAGS, summary="Read a merchant")
async def merchant(request: BillhookRequest, organization_id: FromPath[str]) -> MerchantOut:
    """Return whether the organization may charge, and why not; 404 until its onboarding was begun."""
    return merchant_out(await processing.status(till_of(request), request.principal.account_id, organization_id))


@patch("/Organizations/{organization_id:str}/merchant", status_code=204, tags=TAGS, summary="Switch a merchant")
async def switch(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[MerchantIn]) -> None:
    """Let the organization take payments online, or no longer."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        await processing.switch(tx, data.active)


@get("/Organizations/{organization_id:str}/merchant/link", tags=TAGS, summary="Get the onboarding link")
async def link(request: BillhookRequest, organization_id: FromPath[str]) -> Link:
    """Return where the organization fills in the provider's form; ask for it as often as needed."""
    url = await processing.link(till_of(request), request.principal.account_id, organization_id)
    return Link(url=url)


@post(
    "/Organizations/{organization_id:str}/merchant/sandbox/approve",
    status_code=200,
    tags=TAGS,
    summary="Approve a merchant of the sandbox",
)
async def approve(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[ApprovalIn]) -> MerchantOut:
    """Send the onboarding form as its person would; with `refused`, charges are switched off for that reason."""
    account, reason = request.principal.account_id, (given(data.refused) or "")[:200]
    return merchant_out(await processing.play_approval(till_of(request), account, organization_id, reason))


@get("/payment-processing/sandbox", tags=TAGS, summary="Read what goes wrong in the sandbox")
async def troubles(request: BillhookRequest) -> TroublesOut:
    """Return what was asked to go wrong."""
    async with request.database.open(request.principal.account_id) as tx:
        platform = await processing.platform(tx, request.principal.account_id)
    found = await sandbox.troubles(request.database, platform.remote_id)
    return TroublesOut(notices=found.notices, answers=found.answers, answers_left=found.answers_left)


@patch("/payment-processing/sandbox", status_code=204, tags=TAGS, summary="Let things go wrong in the sandbox")
async def set_troubles(request: BillhookRequest, data: JSONBody[TroublesIn]) -> None:
    """Have notices lost, late, twice or out of order, and answers dropped before or after their effect."""
    async with request.database.open(request.principal.account_id) as tx:
        platform = await processing.platform(tx, request.principal.account_id)
    left = min(max(data.answers_left, 0), 1_000) if data.answers != "normal" else 0
    wanted = sandbox.Troubles(data.notices, data.answers if left else "normal", left)
    await sandbox.set_troubles(request.database, platform.remote_id, wanted)


@post(
    "/payment-processing/{processing_id:str}/webhooks",
    status_code=200,
    opt={"public": True},
    tags=TAGS,
    summary="Take a notice of a payment provider",
)
async def take_notice(request: BillhookRequest, processing_id: FromPath[str]) -> Success:
    """For payment providers: a signed notice is kept once and acted on by asking the provider."""
    await processing.take_notice(till_of(request), processing_id, request.headers, await request.body())
    return Success()


ROUTES = [
    enable,
    read,
    change,
    onboard,
    merchant,
    switch,
    link,
    approve,
    troubles,
    set_troubles,
    take_notice,
]
