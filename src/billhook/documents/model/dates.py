"""The dates of a document: what was said, else what its type and the organization's settings give."""

from datetime import UTC, datetime, timedelta
from datetime import date as day_type
from datetime import time as midnight
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from billhook.documents.model.document import Type
from billhook.documents.model.new import NewDocument
from billhook.kernel import time
from billhook.kernel.problems import Fault

EPOCH_DAY: Final = time.EPOCH.date()


class Dates(msgspec.Struct, frozen=True):
    """Dates of a document; those that do not belong to its type are None (the dialect drops them)."""

    date: datetime
    service: datetime | None = None
    service_to: datetime | None = None
    due: datetime | None = None
    valid_till: datetime | None = None
    paid: datetime | None = None
    day: day_type = EPOCH_DAY

    @property
    def year(self) -> int:
        """The year the number counts in."""
        return self.day.year


def dates_of(new: NewDocument, settings: dict[str, Any], zone: str, now: datetime) -> Dates:
    """Return the dates of a new document. `day` is the business day of `date`."""
    date = new.date or now
    dates = Dates(date, day=time.day(date, zone))
    if new.type == Type.INVOICE:
        due = new.date_due or _after(date, _days(settings, "invoice_dueDays"), zone)
        service = new.date_service or date
        return msgspec.structs.replace(dates, due=due, service=service, service_to=new.date_service_to)
    if new.type == Type.ESTIMATE:
        valid_till = new.date_valid_till or _after(date, _days(settings, "estimate_validTillDays"), zone)
        return msgspec.structs.replace(dates, valid_till=valid_till)
    if new.type == Type.ADVANCE:
        return msgspec.structs.replace(dates, paid=new.date_paid or date)
    return dates


def faults_of_dates(new: NewDocument, now: datetime) -> list[Fault]:
    """Return which days of a new document and of its payments can only be slips, in wire paths."""
    said = {"date": new.date} | {f"payments.{at}.date": payment.date for at, payment in enumerate(new.payments)}
    return [Fault(path, "date", time.FAR_AHEAD) for path, date in said.items() if date and time.is_far_ahead(date, now)]


def _after(date: datetime, days: int, zone: str) -> datetime:
    """Return the same time of day so many business days later, also across a change of the clocks."""
    if date.time() == midnight():
        return date + timedelta(days=days)
    return (date.astimezone(ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)


def _days(settings: dict[str, Any], name: str) -> int:
    days = settings.get(name)
    return days if isinstance(days, int) and 0 <= days <= 3650 else 30
