"""Alternative currencies: what a location invoices in beside its own currency, and what that is worth in them."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from billhook import exchange
from billhook.billing_api.admission import SCOPE
from billhook.billing_api.invoices import Limit, PageToken
from billhook.billing_api.listing import Cursor, limit_of
from billhook.billing_api.network import enter_alternative, enter_location
from billhook.billing_api.wire import UNSET, Amount, In, Number, Out, given, shown
from billhook.exchange import Alternative
from billhook.kernel import time
from billhook.web import BillhookRequest

HERE = {SCOPE: "invoices"}
Provider = Literal["fastForex", "nbu", "bcra", "nbg", "bcch", "ecb"]


class WorthIn(In, kw_only=True):
    """What a unit of the location's currency is worth: as said, or as a provider publishes it; one of the two."""

    exchange_rate: Number = UNSET
    provider: Provider | None = None


class AltCurrencyIn(WorthIn, kw_only=True):
    """A currency that a location is to invoice in."""

    currency_code: str
    location_ref: str


class NewAltCurrencyIn(In, kw_only=True):
    """An alternative currency that is to be."""

    alt_currency: AltCurrencyIn


class ChangedAltCurrencyIn(In, kw_only=True):
    """What an alternative currency is worth from now on."""

    alt_currency: WorthIn


class AltCurrencyOut(Out, kw_only=True):
    """A currency a location invoices in; `exchangeRate` is what a unit of the location's own is worth in it."""

    id: str
    create_date: str
    currency_code: str
    exchange_rate: Amount
    location_ref: str
    provider: Provider | None = None


class AltCurrencyOnlyOut(Out, kw_only=True):
    """One alternative currency."""

    alt_currency: AltCurrencyOut


class AltCurrenciesOut(Out, kw_only=True):
    """A page of alternative currencies, and where the next one begins, if there may be one."""

    alt_currencies: list[AltCurrencyOut]
    next_page_token: str | None = None


def _out(alternative: Alternative) -> AltCurrencyOut:
    return AltCurrencyOut(
        id=shown(alternative.id),
        create_date=time.iso(alternative.created_at),
        currency_code=alternative.currency,
        exchange_rate=alternative.rate,
        location_ref=shown(alternative.organization_id),
        provider="ecb" if alternative.provider else None,
    )


@get("/alt_currencies/v1", tags=["Alternative currencies"], summary="Retrieve alternative currencies", opt=HERE)
async def page(
    request: BillhookRequest,
    location: Annotated[str, QueryParameter(name="locationRef", description="Of which location.")],
    limit: Limit = None,
    token: PageToken = None,
) -> AltCurrenciesOut:
    """Return the alternative currencies of a location, the oldest first."""
    most, cursor = limit_of(limit), Cursor.read(token)
    async with request.database.open(request.principal.account_id) as tx:
        place = (await enter_location(tx, request.principal, location)).id
        rows = await exchange.page(tx, cursor.after, most + 1)
    rest = Cursor(place, rows[most - 1].id).token if len(rows) > most else None
    return AltCurrenciesOut(alt_currencies=[_out(row) for row in rows[:most]], next_page_token=rest)


@post(
    "/alt_currencies/v1",
    status_code=201,
    tags=["Alternative currencies"],
    summary="Create an alternative currency",
    opt=HERE,
)
async def create(request: BillhookRequest, data: JSONBody[NewAltCurrencyIn]) -> AltCurrencyOnlyOut:
    """Let a location invoice in a currency, at an `exchangeRate` or at that of the `provider` `ecb`."""
    body = data.alt_currency
    async with request.database.open(request.principal.account_id) as tx:
        await enter_location(tx, request.principal, body.location_ref, write=True)
        made = await exchange.add(tx, body.currency_code, body.provider, given(body.exchange_rate))
    return AltCurrencyOnlyOut(alt_currency=_out(made))


@patch(
    "/alt_currencies/v1/{alternative_id:str}",
    status_code=204,
    tags=["Alternative currencies"],
    summary="Update an alternative currency",
    opt=HERE,
)
async def update(request: BillhookRequest, alternative_id: FromPath[str], data: JSONBody[ChangedAltCurrencyIn]) -> None:
    """Say anew what a currency is worth: for what is issued from now on."""
    body = data.alt_currency
    async with request.database.open(request.principal.account_id) as tx:
        alternative = await enter_alternative(tx, request.principal, alternative_id, write=True)
        await exchange.revalue(tx, alternative, body.provider, given(body.exchange_rate))


@delete(
    "/alt_currencies/v1/{alternative_id:str}",
    status_code=204,
    tags=["Alternative currencies"],
    summary="Delete an alternative currency",
    opt=HERE,
)
async def remove(request: BillhookRequest, alternative_id: FromPath[str]) -> None:
    """Invoice in a currency no longer; refused while drafts wait for its rate. What was issued stays."""
    async with request.database.open(request.principal.account_id) as tx:
        await exchange.remove(tx, await enter_alternative(tx, request.principal, alternative_id, write=True))


ROUTES = [page, create, update, remove]
