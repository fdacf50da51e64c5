"""The dates of a document: what was said, else what its type and the organization's settings give."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from billhook.documents.model.document import Type
from billhook.documents.model.new import NewDocument
from billhook.kernel import time


class Dates(msgspec.Struct, frozen=True):
    """Dates of a document; those that do not belong to its type are None (the dialect drops them)."""

    date: datetime
    service: datetime | None = None
    service_to: datetime | None = None
    due: datetime | None = None
    valid_till: datetime | None = None
    paid: datetime | None = None
    year: int = 0


def dates_of(new: NewDocument, settings: dict[str, Any], zone: str, now: datetime) -> Dates:
    """Return the dates of a new document. `year` is that of the business day, which the number counts in."""
    date = new.date or now
    dates = Dates(date, year=time.day(date, zone).year)
    if new.type == Type.INVOICE:
        due = new.date_due or date + timedelta(days=_days(settings, "invoice_dueDays"))
        service = new.date_service or date
        return msgspec.structs.replace(dates, due=due, service=service, service_to=new.date_service_to)
    if new.type == Type.ESTIMATE:
        valid_till = new.date_valid_till or date + timedelta(days=_days(settings, "estimate_validTillDays"))
        return msgspec.structs.replace(dates, valid_till=valid_till)
    if new.type == Type.ADVANCE:
        return msgspec.structs.replace(dates, paid=new.date_paid or date)
    return dates


def _days(settings: dict[str, Any], name: str) -> int:
    days = settings.get(name)
    return days if isinstance(days, int) and 0 <= days <= 3650 else 30
