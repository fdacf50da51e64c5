"""What can be done with rates, and with the currencies an organization sells in beside its own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from billhook.db import Tx
from billhook.exchange import store
from billhook.exchange.ecb import SOURCE
from billhook.exchange.model import Alternative, CurrencyInUse, Rate, between, faults_of
from billhook.kernel import ids, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotYours, invalid
from billhook.organizations import Entered, admit

AT_ONCE: Final = 5_000


async def keep(tx: Tx, source: str, rates: Sequence[Rate]) -> int:
    """Keep what a source has published, all of it or nothing; return how many rates are new or other than they were."""
    latest = {(rate.currency, rate.day): rate for rate in rates}
    ordered = [latest[key] for key in sorted(latest)]
    changed = 0
    async with tx.atomic():
        for start in range(0, len(ordered), AT_ONCE):
            part = ordered[start : start + AT_ONCE]
            changed += await store.keep(
                tx, source, [r.currency for r in part], [r.day for r in part], [r.rate for r in part]
            )
    return changed


async def enter(tx: Tx, alternative_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization of an alternative currency. Raises what `organizations.enter` raises."""
    if not ids.is_id(alternative_id) or tx.account is None:
        raise NotYours
    found = await store.enter_alternative(tx, Id(alternative_id), ids.shard_of(alternative_id), tx.account)
    return admit(tx, found, write=write)


async def add(tx: Tx, currency: str, provider: str | None, rate: Decimal | None) -> Alternative:
    """Let the organization that was entered sell in a currency, at a rate that is said or published. Raises Invalid."""
    currency = currency.strip().upper()
    faults = faults_of(provider, rate)
    if currency not in money.EXPONENT_OF:
        faults.insert(0, Fault("altCurrency.currencyCode", "inclusion", "is not a currency code such as EUR"))
    elif currency == await store.main_currency(tx):
        faults.insert(0, Fault("altCurrency.currencyCode", "exclusion", "is the location's own currency"))
    if faults:
        raise Invalid("AltCurrency", faults)
    rate = await _worth(tx, currency) if rate is None else rate
    made = await store.insert_alternative(tx, ids.new(tx.shard), currency, provider, rate)
    if made is None:
        message = "is one of the location's alternative currencies already"
        raise invalid("AltCurrency", "altCurrency.currencyCode", "uniqueness", message)
    return await read_alternative(tx, made)


async def _worth(tx: Tx, currency: str) -> Decimal:
    """Return what a unit of the organization's own currency is worth in another by the newest rates. Raises Invalid."""
    found = await store.newest_rates(tx, currency, SOURCE)
    if found is None:
        message = f"knows no rate of {currency} of the last year here: give an `exchangeRate`"
        raise invalid("AltCurrency", "altCurrency.provider", "inclusion", message)
    return between(found.other_rate, found.one_rate)


async def read_alternative(tx: Tx, alternative_id: str) -> Alternative:
    """Return an alternative currency of the organization that was entered. Raises NotYours."""
    found = await store.alternatives(tx, SOURCE, Id(alternative_id), None, 1)
    if not found:
        raise NotYours
    return found[0]


async def page(tx: Tx, after: Id | None, most: int) -> list[Alternative]:
    """Return alternative currencies of the organization that was entered, oldest first, behind one of them."""
    return await store.alternatives(tx, SOURCE, None, after, most)


async def revalue(tx: Tx, alternative_id: str, provider: str | None, rate: Decimal | None) -> None:
    """Say anew what a currency is worth; what was issued stays at the rate it has. Raises Invalid, NotYours."""
    if faults := faults_of(provider, rate):
        raise Invalid("AltCurrency", faults)
    alternative = await read_alternative(tx, alternative_id)
    rate = await _worth(tx, alternative.currency) if rate is None else rate
    if not await store.update_alternative(tx, alternative.id, provider, rate):
        raise NotYours


async def remove(tx: Tx, alternative_id: str) -> None:
    """Sell in a currency no longer. Raises CurrencyInUse (drafts wait for its rate), NotYours."""
    async with tx.atomic():
        currency = await store.lock_alternative(tx, Id(alternative_id))
        if currency is None:
            raise NotYours
        if await store.has_drafts(tx, Id(alternative_id)):
            raise CurrencyInUse(currency=currency)
        await store.delete_alternative(tx, Id(alternative_id))


async def hold(tx: Tx, currency: str) -> str | None:
    """Return the alternative currency that a draft may be made in, None for the organization's own. Raises Invalid."""
    currency = currency.strip().upper()
    if currency == await store.main_currency(tx):
        return None
    held = await store.hold_alternative(tx, currency)
    if held is None:
        message = "is neither the location's currency nor one of its alternative currencies"
        raise invalid("Invoice", "invoice.currencyCode", "inclusion", message)
    if not (await read_alternative(tx, held)).is_known:
        message = f"has no rate of the last year: import rates, or give {currency} an `exchangeRate`"
        raise invalid("Invoice", "invoice.currencyCode", "inclusion", message)
    return currency
