"""What can be done with taxes."""

import uuid
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from billhook.catalog import rates, store
from billhook.catalog.model import DatedRate
from billhook.db import Tx
from billhook.kernel import ids
from billhook.organizations import Organization


async def stock_taxes(tx: Tx, organization: Organization) -> int:
    """Give a new organization the taxes of its country, with every dated rate we know; return how many.

    A rate is valid from midnight in the organization's zone. Countries without VAT in our table get none.
    """
    country = organization.identity.country_code or ""
    known = rates.taxes_of(country, organization.locale.partition("-")[0])
    if not known:
        return 0
    zone = ZoneInfo(organization.timezone)
    taxes = [
        store.NewTax(
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
    return await store.insert_taxes(tx, country, taxes, [ids.new(tx.shard) for _ in taxes])
