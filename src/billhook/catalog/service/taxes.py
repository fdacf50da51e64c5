"""What can be done with taxes."""

import uuid
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from billhook import organizations
from billhook.catalog import rates, store
from billhook.catalog.columns import TAXES
from billhook.catalog.model.taxes import (
    DatedRate,
    NewRate,
    NewTax,
    Tax,
    TaxInUse,
    as_said,
    dated,
    faults_of,
    merged,
)
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotFound, NotYours
from billhook.organizations import Entered, Organization, admit
from billhook.web import Listing, Query

_LISTED: Final = Listing(store.LIST_TAXES, store.list_taxes, store.COUNT_TAXES, store.count_taxes, TAXES, softly=True)


async def stock(tx: Tx, organization: Organization) -> int:
    """Give a new organization the taxes of its country, with every dated rate we know; return how many.

    A rate is valid from midnight in the organization's zone. Countries without VAT in our table get none.
    """
    country = organization.identity.country_code or ""
    known = rates.taxes_of(country, organization.locale.partition("-")[0])
    if not known:
        return 0
    zone = ZoneInfo(organization.timezone)
    taxes = [
        store.StockedTax(
            position=position,
            name=tax.name,
            abbreviation=tax.abbreviation,
            classification=tax.classification,
            recoverable=tax.recoverable,
            compound=tax.compound,
            rates=tuple(
                DatedRate(str(uuid.uuid4()), datetime.combine(rate.valid_from, time(), zone).astimezone(UTC), rate.rate)
                for rate in tax.rates
            ),
        )
        for position, tax in enumerate(known, 1)
    ]
    return await store.stock_taxes(tx, country, taxes, [ids.new(tx.shard) for _ in taxes])


async def enter(tx: Tx, tax_id: str, *, write: bool = False) -> Entered:
    """Begin to act for the organization a tax belongs to. Raises what `organizations.enter` raises."""
    if not ids.is_id(tax_id) or tx.account is None:
        raise NotYours
    found = await store.enter_tax(tx, Id(tax_id), ids.shard_of(tax_id), tx.account)
    return admit(tx, found, write=write)


async def create(tx: Tx, said: dict[str, Any]) -> Tax:
    """Keep a tax of the organization that was entered, in its country where none is said. Raises Invalid."""
    new = await _at_home(tx, merged(NewTax(), said))
    _check(new)
    return await store.insert_tax(tx, id=ids.new(tx.shard), **_columns(tx, new))


async def _at_home(tx: Tx, new: NewTax) -> NewTax:
    if new.country or new.country_code:
        return new
    identity = (await organizations.read(tx)).identity
    return msgspec.structs.replace(new, country=identity.country, country_code=identity.country_code)


async def read(tx: Tx, tax_id: str, *, deleted: bool = False) -> Tax:
    """Return a tax of the organization that was entered, with `deleted` also a deleted one. Raises NotYours."""
    tax = await store.select_tax(tx, Id(tax_id), deleted)
    if tax is None:
        raise NotYours
    return tax


async def change(tx: Tx, tax_id: str, said: dict[str, Any], *, whole: bool = False) -> Tax:
    """Change what is said of a tax, or make it `whole` what is said. Raises Invalid, NotYours.

    Documents that were made keep the rate they were made with.
    """
    async with tx.atomic():
        before = await _held(tx, tax_id)
        new = await _at_home(tx, merged(NewTax() if whole else as_said(before), said))
        return await _write(tx, before, new)


async def add_rate(tx: Tx, tax_id: str, rate: NewRate) -> DatedRate:
    """Give a tax a rate from an instant on. Raises Invalid, NotYours."""
    async with tx.atomic():
        before = await _held(tx, tax_id)
        said = as_said(before)
        new = msgspec.structs.replace(said, rates=(*said.rates, msgspec.structs.replace(rate, id=None)))
        faults = [
            Fault(fault.path.removeprefix(f"_taxRates.{len(said.rates)}."), fault.code, fault.message)
            for fault in faults_of(new)
        ]
        if faults:
            raise Invalid("TaxRate", faults)
        after = await _write(tx, before, new)
    known = {old.id for old in before.rates}
    return next(added for added in after.rates if added.id not in known)


async def remove_rate(tx: Tx, tax_id: str, rate_id: str) -> None:
    """Take a rate from a tax. Raises NotFound, Invalid when it is the last one, NotYours."""
    async with tx.atomic():
        before = await _held(tx, tax_id)
        said = as_said(before)
        rest = tuple(rate for rate in said.rates if rate.id != rate_id)
        if len(rest) == len(said.rates):
            raise NotFound(what="rate of this id")
        await _write(tx, before, msgspec.structs.replace(said, rates=rest))


async def _held(tx: Tx, tax_id: str) -> Tax:
    found = await store.lock_tax(tx, Id(tax_id))
    if found is None:
        raise NotYours
    return found


async def _write(tx: Tx, before: Tax, new: NewTax) -> Tax:
    _check(new)
    after = await store.update_tax(tx, before.id, **_columns(tx, new, before))
    if after is None:
        raise NotYours
    return after


def _check(new: NewTax) -> None:
    faults = faults_of(new)
    if faults:
        raise Invalid("Tax", faults)


def _columns(tx: Tx, new: NewTax, before: Tax | None = None) -> dict[str, Any]:
    fields = {name: getattr(new, name) for name in NewTax.__struct_fields__}
    return fields | {"rates": dated(new.rates, before.rates if before else (), tx.now)}


async def delete(tx: Tx, tax_id: str) -> int:
    """Delete a tax that no document and no item names; 0 when it was deleted before. Raises TaxInUse."""
    gone = await store.delete_tax(tx, Id(tax_id), tax_id)
    if not gone:
        found = await store.select_tax(tx, Id(tax_id), deleted=False)
        if found is not None:
            raise TaxInUse(users="documents" if found.used else "items")
    return gone


async def every(tx: Tx) -> list[Tax]:
    """Return the organization's taxes, the oldest first."""
    return await store.every_tax(tx)


async def page(tx: Tx, query: Query) -> tuple[list[Tax], int]:
    """Return a page of the organization's taxes, and how many there are in all."""
    return await _LISTED.page(tx, query, tx.shard, tx.organization)


async def count(tx: Tx, where: dict[str, Any], *, deleted: bool = False) -> int:
    """Return how many taxes of the organization match."""
    return await _LISTED.count(tx, where, tx.shard, tx.organization, deleted=deleted)
