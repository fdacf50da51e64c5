"""Fee statements: what an organization's online payments cost in a month, as JSON and as CSV."""

from decimal import Decimal
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from billhook import organizations, processing
from billhook.api.wire import Out, major
from billhook.processing import FeeStatement
from billhook.web import BillhookRequest

Month = Annotated[
    str | None, QueryParameter(name="month", description="A month such as `2026-11`; the present one when left out.")
]


class FeeLineOut(Out, kw_only=True):
    """What came in in one currency, what was kept of it, what went back; amounts in major units."""

    currency_id: str
    payments: int
    paid: Decimal | int
    application_fee: Decimal | int
    space_invoices_fee: Decimal | int
    refunded: Decimal | int
    fees_refunded: Decimal | int
    disputed: Decimal | int
    remains: Decimal | int


class FeeStatementOut(Out, kw_only=True):
    """The fees of an organization in a month of its zone, by currency."""

    month: str
    from_day: str
    to_day: str
    organization_id: str
    currencies: list[FeeLineOut]


@get("/Organizations/{organization_id:str}/fee-statement", tags=["Payment intents"], summary="Read a fee statement")
async def read(request: BillhookRequest, organization_id: FromPath[str], month: Month = None) -> FeeStatementOut:
    """Return what came in online in a month, the fees kept of it, refunds and disputes; each at the day it moved."""
    found = await _statement(request, organization_id, month)
    return FeeStatementOut(
        month=f"{found.first:%Y-%m}",
        from_day=found.first.isoformat(),
        to_day=found.last.isoformat(),
        organization_id=organization_id,
        currencies=[
            FeeLineOut(
                currency_id=line.currency,
                payments=line.payments,
                paid=major(line.paid, line.exponent),
                application_fee=major(line.application_fee, line.exponent),
                space_invoices_fee=major(line.operator_fee, line.exponent),
                refunded=major(line.refunded, line.exponent),
                fees_refunded=major(line.fees_refunded, line.exponent),
                disputed=major(line.disputed, line.exponent),
                remains=major(line.remains, line.exponent),
            )
            for line in found.lines
        ],
    )


@get(
    "/Organizations/{organization_id:str}/fee-statement/csv",
    opt={"produces": ["text/csv"]},
    tags=["Payment intents"],
    summary="Download a fee statement",
)
async def table(request: BillhookRequest, organization_id: FromPath[str], month: Month = None) -> Response[bytes]:
    """Return the fee statement of a month as CSV, one line for each currency."""
    found = await _statement(request, organization_id, month)
    headers = {"content-disposition": f'attachment; filename="fees-{found.first:%Y-%m}.csv"'}
    return Response(processing.fee_table(found).encode(), media_type="text/csv", headers=headers)


async def _statement(request: BillhookRequest, organization_id: str, month: str | None) -> FeeStatement:
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return await processing.fee_statement(tx, month)


ROUTES = [read, table]
