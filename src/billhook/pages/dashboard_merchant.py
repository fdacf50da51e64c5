"""Payment processing of an organization: its onboarding, its switch, its fees month by month."""

from typing import Any

from litestar import Response, post, route
from litestar.params import FromPath

from billhook import documents, organizations, processing
from billhook.db import Tx
from billhook.kernel.problems import Invalid, NotFound
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.dashboard import go, page, words_of
from billhook.pages.payment import till_of
from billhook.processing import Merchant
from billhook.web import BillhookRequest

_AT = "overview"


def place(organization_id: str) -> str:
    """Return where the payment processing of an organization is."""
    return f"/dashboard/organizations/{organization_id}/payment-processing"


@route("/dashboard/organizations/{organization_id:str}/payment-processing", http_method=READS)
async def overview(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Show whether the organization may charge, and why not; as long as it may not, the provider is asked again."""
    async with request.database.open(request.principal.account_id) as tx:
        merchant = await _merchant(tx, organization_id)
        obstacle = await processing.obstacle(tx)
        organization = await organizations.read(tx)
    if merchant and merchant.remote_id and not merchant.charges_enabled:
        merchant, obstacle = await processing.follow(till_of(request), merchant)
    words = words_of(request)
    return page(
        "merchant",
        words,
        words.processing,
        at=_AT,
        organization=organization,
        merchant=merchant,
        obstacle=obstacle,
    )


@post("/dashboard/organizations/{organization_id:str}/payment-processing/onboarding", status_code=200)
async def onboard(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Make the organization known to the provider, and lead to the provider's form."""
    till, account_id = till_of(request), request.principal.account_id
    await processing.onboard(till, account_id, organization_id)
    home = f"{request.public_url}{place(organization_id)}"
    return go(await processing.link(till, account_id, organization_id, home=home))


@post("/dashboard/organizations/{organization_id:str}/payment-processing/switch", status_code=200)
async def switch(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Let the organization take payments online, or no longer."""
    active = (await form_fields(request)).get("active") == "yes"
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        await processing.switch(tx, active)
    return go(place(organization_id))


@route("/dashboard/organizations/{organization_id:str}/fees", http_method=READS)
async def fees(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Show what came in online in a month, and what was kept of it; a month that is none is the present one."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        organization = await organizations.read(tx)
        try:
            found = await processing.fee_statement(tx, request.query_params.get("month"))
        except Invalid:
            found = await processing.fee_statement(tx, None)
    words = words_of(request)
    local = documents.in_locale(words.language)
    kinds = "paid application_fee operator_fee refunded fees_refunded disputed remains".split()
    blocks = [
        (
            line.currency,
            line.payments,
            [(getattr(words, kind), local.money(getattr(line, kind), line.currency)) for kind in kinds],
        )
        for line in found.lines
    ]
    month = f"{found.first:%Y-%m}"
    return page("fees", words, words.fees, at=_AT, organization=organization, month=month, blocks=blocks)


@route("/dashboard/organizations/{organization_id:str}/fees.csv", http_method=READS)
async def fees_csv(request: BillhookRequest, organization_id: FromPath[str]) -> Response[bytes]:
    """Return the same as CSV."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        found = await processing.fee_statement(tx, request.query_params.get("month"))
    headers = {
        "content-disposition": f'attachment; filename="fees-{found.first:%Y-%m}.csv"',
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(processing.fee_table(found).encode(), media_type="text/csv", headers=headers)


async def _merchant(tx: Tx, organization_id: str) -> Merchant | None:
    """Return the organization's merchant; None until its onboarding. Where its account has none of it: NotFound."""
    await organizations.enter(tx, organization_id)
    if not await processing.is_offered(tx):
        raise NotFound(what="payment processing")
    try:
        return await processing.merchant(tx)
    except NotFound:
        return None


ROUTES = [overview, onboard, switch, fees, fees_csv]
