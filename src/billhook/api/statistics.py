"""Statistics of an organization: totals, documents, payments, business; by period and currency."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from billhook import organizations, statistics
from billhook.api.wire import Out, major
from billhook.kernel.problems import invalid
from billhook.statistics import Counted, Dist, Series
from billhook.web import BillhookRequest

From = Annotated[str, QueryParameter(name="from", description="The first day, such as `2026-01-01` or `1/1/2026`.")]
To = Annotated[str, QueryParameter(name="to", description="The last day; it counts too.")]
MaybeFrom = Annotated[str | None, QueryParameter(name="from", description="The first day; default is 1 January.")]
MaybeTo = Annotated[str | None, QueryParameter(name="to", description="The last day; default is today.")]
By = Annotated[str, QueryParameter(name="dist", description="How long a period is.")]
COLOURS = {
    "bank": "#0b6e4f",
    "card": "#1f78b4",
    "online": "#6a3d9a",
    "paypal": "#33a1c9",
    "cash": "#b8860b",
    "crypto": "#d95f02",
    "coupon": "#c2185b",
    "other": "#7f7f7f",
}


class AmountOut(Out, kw_only=True):
    """An amount of a currency."""

    currency: str
    value: Decimal | int


class TotalStatsOut(Out, kw_only=True):
    """What clients owe and what they paid this month, by currency."""

    total_overdue: list[AmountOut]
    total_due_this_month: list[AmountOut]
    total_due: list[AmountOut]
    total_payments_this_month: list[AmountOut]


class PeriodOut(Out, kw_only=True):
    """A period and its sum."""

    name: str
    value: Decimal | int


class SeriesOut(Out, kw_only=True):
    """The periods of one currency, of payments also of one type, without a gap."""

    name: str
    currency: str
    type: str | None = None
    series: list[PeriodOut]


class CurrencyTotalOut(Out, kw_only=True):
    """What a currency comes to over the whole range."""

    currency: str
    total: Decimal | int


class ColourOut(Out, kw_only=True):
    """The colour a chart may give to a series."""

    name: str
    value: str


class DocumentStatsOut(Out, kw_only=True):
    """What documents come to, by period; one series for each currency."""

    stats: list[SeriesOut]
    total: list[CurrencyTotalOut]


class PaymentStatsOut(DocumentStatsOut, kw_only=True):
    """What was paid, by period; one series for each currency and type of payment."""

    custom_colors: list[ColourOut]


class DocumentsCountedOut(Out, kw_only=True):
    """The documents of a type in a currency."""

    type: str
    currency: str
    count: int
    total: Decimal | int
    total_with_tax: Decimal | int


class PaymentsCountedOut(Out, kw_only=True):
    """The payments of a type in a currency."""

    type: str
    currency: str
    count: int
    total: Decimal | int


class BusinessStatsOut(Out, kw_only=True):
    """What was issued and paid from one day to another, both counted in."""

    from_day: str
    to_day: str
    documents: list[DocumentsCountedOut]
    payments: list[PaymentsCountedOut]


class InvoicesOut(Out, kw_only=True):
    """How many invoices."""

    number: int


def _dist(text: str) -> Dist:
    try:
        return Dist(text.lower())
    except ValueError:
        raise invalid("query", "dist", "inclusion", f"must be one of {', '.join(Dist)}") from None


def _series(rows: Sequence[Series]) -> list[SeriesOut]:
    return [
        SeriesOut(
            name=f"{row.currency} {row.type}".strip(),
            currency=row.currency,
            type=row.type or None,
            series=[PeriodOut(name=period.name, value=major(period.amount, row.exponent)) for period in row.periods],
        )
        for row in rows
    ]


def _totals(rows: Sequence[Series]) -> list[CurrencyTotalOut]:
    found: dict[tuple[str, int], int] = {}
    for row in rows:
        found[row.currency, row.exponent] = found.get((row.currency, row.exponent), 0) + row.total
    return [CurrencyTotalOut(currency=c, total=major(total, exponent)) for (c, exponent), total in found.items()]


def _amounts(rows: Sequence[tuple[str, int, Decimal]]) -> list[AmountOut]:
    """Return amounts of (currency, exponent, minor units), the same currency added up, those of nothing left out."""
    found: dict[tuple[str, int], int] = {}
    for currency, exponent, amount in rows:
        found[currency, exponent] = found.get((currency, exponent), 0) + int(amount)
    return [AmountOut(currency=c, value=major(n, exponent)) for (c, exponent), n in found.items() if n]


@get("/Organizations/{organization_id:str}/total-stats", tags=["Statistics"], summary="What is owed and paid")
async def total_stats(
    request: BillhookRequest, organization_id: FromPath[str], date: FromQuery[str | None] = None
) -> TotalStatsOut:
    """Return what is overdue, due this month, due at all, and what was paid this month; `date` is taken for today."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        found = await statistics.totals(tx, date)
    return TotalStatsOut(
        total_overdue=_amounts([(row.currency, row.exponent, row.overdue) for row in found.open]),
        total_due_this_month=_amounts([(row.currency, row.exponent, row.due_this_month) for row in found.open]),
        total_due=_amounts([(row.currency, row.exponent, row.due) for row in found.open]),
        total_payments_this_month=_amounts([(r.currency, r.exponent, r.amount) for r in found.paid_this_month]),
    )


@get("/Organizations/{organization_id:str}/document-total-stats", tags=["Statistics"], summary="Documents by period")
async def document_total_stats(
    request: BillhookRequest,
    organization_id: FromPath[str],
    type: FromQuery[str],
    first: From,
    last: To,
    dist: By,
    gross: FromQuery[bool] = False,
    incoming: FromQuery[bool] = False,
) -> DocumentStatsOut:
    """Return what issued documents come to, net unless `gross`; credit notes are taken off invoices.

    `type=sales` is invoices and advances less credit notes.
    """
    by = _dist(dist)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows = await statistics.documents(tx, type, first, last, by, gross=gross, incoming=incoming)
    return DocumentStatsOut(stats=_series(rows), total=_totals(rows))


@get("/Organizations/{organization_id:str}/payment-total-stats", tags=["Statistics"], summary="Payments by period")
async def payment_total_stats(
    request: BillhookRequest, organization_id: FromPath[str], first: From, last: To, dist: By
) -> PaymentStatsOut:
    """Return what clients paid, less what they were paid back, by currency and type of payment."""
    by = _dist(dist)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows = await statistics.payments(tx, first, last, by)
    stats = _series(rows)
    colours = [ColourOut(name=row.name, value=COLOURS.get(row.type or "", COLOURS["other"])) for row in stats]
    return PaymentStatsOut(stats=stats, total=_totals(rows), custom_colors=colours)


def _documents(rows: Sequence[Counted]) -> list[DocumentsCountedOut]:
    return [
        DocumentsCountedOut(
            type=row.type,
            currency=row.currency,
            count=row.count,
            total=major(int(row.total), row.exponent),
            total_with_tax=major(int(row.total_with_tax), row.exponent),
        )
        for row in rows
    ]


@get("/Organizations/{organization_id:str}/business-stats", tags=["Statistics"], summary="Counts and sums by type")
async def business_stats(
    request: BillhookRequest,
    organization_id: FromPath[str],
    first: MaybeFrom = None,
    last: MaybeTo = None,
    account_id: Annotated[str | None, QueryParameter(name="accountId", description="Only what this one did.")] = None,
) -> BusinessStatsOut:
    """Return how many documents and payments of each type there are, and what they come to, by currency."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        found = await statistics.business(tx, first, last, account_id)
    payments = [
        PaymentsCountedOut(type=p.type, currency=p.currency, count=p.count, total=major(int(p.total), p.exponent))
        for p in found.payments
    ]
    return BusinessStatsOut(
        from_day=found.range.first.isoformat(),
        to_day=found.range.last.isoformat(),
        documents=_documents(found.documents),
        payments=payments,
    )


@get("/Organizations/{organization_id:str}/this-month-invoices", tags=["Statistics"], summary="Invoices this month")
async def this_month_invoices(request: BillhookRequest, organization_id: FromPath[str]) -> InvoicesOut:
    """Return how many invoices were issued this month, in the organization's zone."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return InvoicesOut(number=await statistics.this_month_invoices(tx))


ROUTES = [total_stats, document_total_stats, payment_total_stats, business_stats, this_month_invoices]
