"""The journal: every charge, payment and reversal, never changed; and what a client owes."""

from decimal import Decimal

from litestar import get
from litestar.params import FromPath

from billhook import clients, documents, organizations, payments
from billhook.api.parameters import FilterParameter
from billhook.api.responses import listed
from billhook.api.wire import Out, iso, major
from billhook.kernel.problems import invalid
from billhook.payments import Balance, Entry
from billhook.web import BillhookRequest, Query, parse_query


class JournalEntryOut(Out, kw_only=True):
    """An entry of the journal: `amount` is by how much it changes what the client owes."""

    id: str
    sequence: int
    kind: str
    type: str | None = None
    amount: Decimal | int
    currency_id: str
    date: str
    document_id: str | None = None
    client_id: str | None = None
    payment_id: str | None = None
    organization_id: str
    created_at: str
    hash: str


class BalanceOut(Out, kw_only=True):
    """What a client owes in one currency."""

    currency_id: str
    balance: Decimal | int
    due: Decimal | int
    credit: Decimal | int


class BalancesOut(Out, kw_only=True):
    """What a client owes, by currency; empty when nothing was ever charged or paid."""

    balances: list[BalanceOut] | None


def entry_out(entry: Entry) -> JournalEntryOut:
    """Return the wire form of an entry."""
    return JournalEntryOut(
        id=entry.id,
        sequence=entry.sequence,
        kind=entry.kind,
        type=entry.type,
        amount=major(entry.amount, entry.exponent),
        currency_id=entry.currency,
        date=iso(entry.date) or "",
        document_id=entry.document_id,
        client_id=entry.client_id,
        payment_id=entry.payment_id,
        organization_id=entry.organization_id,
        created_at=iso(entry.at) or "",
        hash=entry.hash.hex(),
    )


def _balance_out(balance: Balance) -> BalanceOut:
    amount, credit = int(balance.amount), int(balance.credit)
    return BalanceOut(
        currency_id=balance.currency,
        balance=major(amount, balance.exponent),
        due=major(amount + credit, balance.exponent),
        credit=major(credit, balance.exponent),
    )


def _query(request: BillhookRequest) -> Query:
    query = parse_query(request.scope["query_string"])
    if query.include:
        raise invalid("filter", "filter.include", "unknown_relation", "nothing can be included here")
    return query


@get("/Organizations/{organization_id:str}/journal", tags=["Journal"], summary="Read the journal")
async def of_organization(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[JournalEntryOut]:
    """Return a page of the organization's journal, oldest first unless the filter sorts it."""
    query = _query(request)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await payments.page_of_journal(tx, query)
    return listed([entry_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Documents/{document_id:str}/journal", tags=["Journal"], summary="Read the journal of a document")
async def of_document(
    request: BillhookRequest, document_id: FromPath[str], filter: FilterParameter = None
) -> list[JournalEntryOut]:
    """Return a page of what the journal says of a document, oldest first unless the filter sorts it."""
    query = _query(request)
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        rows, total = await payments.page_of_journal(tx, query, document_id=document_id)
    return listed([entry_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Clients/{client_id:str}/balance", tags=["Journal"], summary="What a client owes")
async def balance(request: BillhookRequest, client_id: FromPath[str]) -> BalancesOut:
    """Return what a client owes, by currency: the sum of its entries. Below zero is what is owed to the client.

    `credit` is what may be applied to its documents, `due` is what they come to without it.
    """
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id)
        found = await payments.balances(tx, client_id)
    return BalancesOut(balances=[_balance_out(row) for row in found])


ROUTES = [of_organization, of_document, balance]
