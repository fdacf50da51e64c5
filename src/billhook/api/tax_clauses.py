"""Which tax clause a sale calls for, from where the two are and what the client is."""

from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from billhook import catalog, clients, organizations
from billhook.api.reference import CountryOut, country_out
from billhook.api.wire import UNSET, Flag, In, Out, Text, given, said
from billhook.catalog import Taxpayer
from billhook.db import Tx
from billhook.organizations.model import Identity
from billhook.web import BillhookRequest


class ClausePartyIn(In, kw_only=True):
    """Issuer or client, as far as the clause depends on it."""

    country: Text = UNSET
    country_code: Text = UNSET
    tax_number: Text = UNSET
    tax_subject: Flag = UNSET
    is_end_customer: Flag = UNSET


class ClauseIn(In, kw_only=True):
    """A document, as far as the clause depends on it; `organizationId` and `clientId` stand for what is stored."""

    organization_id: Text = UNSET
    client_id: Text = UNSET
    document_issuer: ClausePartyIn | None | msgspec.UnsetType = UNSET
    document_client: ClausePartyIn | None | msgspec.UnsetType = UNSET


class ClauseOut(Out, kw_only=True):
    """Which clause a sale calls for, and between which countries it is."""

    tax_clause_type: str
    issuer_country: CountryOut
    client_country: CountryOut


def _taxpayer(stored: Identity, body: ClausePartyIn | None | msgspec.UnsetType, **more: Any) -> Taxpayer:
    """Return a party as it is stored, with what is said of it winning."""
    fields = {name: getattr(stored, name) for name in ("country", "country_code", "tax_number", "tax_subject")} | more
    told = said(body) if isinstance(body, ClausePartyIn) else {}
    if told.get("country"):
        fields["country_code"] = None
    return Taxpayer(**fields | {name: value for name, value in told.items() if value is not None})


@post("/Taxes/clause-type", status_code=200, tags=["Taxes"], summary="Tell the tax clause of a sale")
async def tell(request: BillhookRequest, data: JSONBody[ClauseIn]) -> ClauseOut:
    """Return `domestic`, `eu-reverse-charge`, `eu-consumer` or `export`, and the countries it was told from."""
    async with request.database.open(request.principal.account_id) as tx:
        issuer, client = await _parties(tx, data)
    sale = catalog.sale_of(issuer, client)
    return ClauseOut(
        tax_clause_type=sale.clause,
        issuer_country=country_out(sale.issuer_country),
        client_country=country_out(sale.client_country),
    )


async def _parties(tx: Tx, data: ClauseIn) -> tuple[Taxpayer, Taxpayer]:
    """Return issuer and client; those that are named by id as they are stored. Raises NotYours."""
    organization, client, is_end_customer = Identity(), Identity(), False
    if given(data.organization_id):
        await organizations.enter(tx, str(data.organization_id))
        organization = (await organizations.read(tx)).identity
    if given(data.client_id):
        await clients.enter(tx, str(data.client_id))
        found = await clients.read(tx, str(data.client_id))
        client, is_end_customer = found.identity, found.is_end_customer
    return (
        _taxpayer(organization, data.document_issuer),
        _taxpayer(client, data.document_client, is_end_customer=is_end_customer),
    )


ROUTES = [tell]
