"""The request log of an account, and what was issued in its name month by month."""

from decimal import Decimal
from typing import Any

from litestar import get
from litestar.params import FromPath

from billhook import accounts, usage
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, listed
from billhook.api.wire import Out, iso, major
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.usage import Month, Request
from billhook.web import BillhookRequest, parse_query, parse_where

EUR = "EUR"


class LogOut(Out, kw_only=True):
    """A request that was made with one of the account's tokens. Bodies are not kept, and nothing that may be secret."""

    id: str
    account_id: str
    method: str
    url: str
    """Path and query, with `***` where a secret may have stood."""
    query: dict[str, str]
    host: str
    origin: str | None = None
    ip: str
    status: int
    req_body: dict[str, Any]
    """Always empty: bodies are not kept."""
    res_body: dict[str, Any]
    """Of a refusal its status and code, else empty."""
    duration: int
    """Milliseconds from the request to the end of the answer."""
    created_at: str


class OrganizationUsageOut(Out, kw_only=True):
    """What one organization issued in the month."""

    organization_id: str
    name: str
    documents_count: int


class SumOut(Out, kw_only=True):
    """Net totals of invoices less credit notes in one currency."""

    currency_id: str
    total: Decimal | int


class UsageOut(Out, kw_only=True):
    """A month in which documents were issued in the account's organizations; a root account's are its whole tree's."""

    id: str
    account_id: str
    year: int
    month: int
    documents_count: int
    documents_total: Decimal | int
    """Net totals of invoices less credit notes in euros; other currencies stand in `documentsTotals`."""
    documents_totals: list[SumOut] | None
    documents_per_organization: list[OrganizationUsageOut] | None
    organizations: list[str] | None
    organizations_billable_count: int


def log_out(request: Request) -> LogOut:
    """Return the wire form of a request."""
    refused = {"error": {"statusCode": request.status, "code": request.code}} if request.code else {}
    return LogOut(
        id=request.id,
        account_id=request.account_id,
        method=request.method,
        url=request.url,
        query=request.query,
        host=request.host,
        origin=request.origin,
        ip=request.ip,
        status=request.status,
        req_body={},
        res_body=refused,
        duration=request.duration_ms,
        created_at=iso(request.created_at) or "",
    )


def usage_out(month: Month, account_id: Id) -> UsageOut:
    """Return the wire form of a month."""
    totals = [SumOut(currency_id=s.currency, total=major(s.total, s.exponent)) for s in month.totals]
    return UsageOut(
        id=f"{month.year:04d}{month.month:02d}",
        account_id=account_id,
        year=month.year,
        month=month.month,
        documents_count=month.documents_count,
        documents_total=next((total.total for total in totals if total.currency_id == EUR), 0),
        documents_totals=totals,
        documents_per_organization=[
            OrganizationUsageOut(organization_id=ids.from_uuid(o.id), name=o.name, documents_count=o.documents_count)
            for o in month.organizations
        ],
        organizations=[ids.from_uuid(o.id) for o in month.organizations],
        organizations_billable_count=month.organizations_count,
    )


@get("/Accounts/{account_id:str}/logs", tags=["Usage"], summary="List what an account asked for")
async def logs(request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None) -> list[LogOut]:
    """Return the requests made with the account's tokens, newest first; they appear within seconds, and go in time."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        account = await accounts.acting_for(tx, request.principal, account_id)
        rows, total = await usage.requests(tx, account.id, query)
    return listed([log_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Accounts/{account_id:str}/logs/count", tags=["Usage"], summary="Count what an account asked for")
async def count_logs(request: BillhookRequest, account_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many requests are on record."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        account = await accounts.acting_for(tx, request.principal, account_id)
        return Count(await usage.count_requests(tx, account.id, condition))


@get("/Accounts/{account_id:str}/usages", tags=["Usage"], summary="List an account's usage by month")
async def usages(request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None) -> list[UsageOut]:
    """Return the months of the last 24 in which the account's organizations issued documents, newest first."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        account = await accounts.acting_for(tx, request.principal, account_id)
        rows, total = await usage.months(tx, account.id, query)
    return listed([usage_out(row, account.id) for row in rows], total, query)  # type: ignore[return-value]


@get("/Accounts/{account_id:str}/usages/count", tags=["Usage"], summary="Count an account's months")
async def count_usages(request: BillhookRequest, account_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return in how many of the last 24 months documents were issued in the account's organizations."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        account = await accounts.acting_for(tx, request.principal, account_id)
        return Count(await usage.count_months(tx, account.id, condition))


ROUTES = [logs, count_logs, usages, count_usages]
