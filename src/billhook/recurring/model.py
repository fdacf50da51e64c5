"""The nouns: a recurrence, its periods and their days; what a document is asked to be in a period. Pure."""

import calendar
import enum
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as midnight
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.documents.model.copying import client_said, copied
from billhook.documents.model.document import Document, Type
from billhook.documents.model.new import NewDocument, Sending
from billhook.kernel import time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

MAX_NAME: Final = 200
MAX_PERIODS: Final = 1_200
MAX_DAYS_AHEAD: Final = 3_660
UPCOMING: Final = 12
"""How many periods to come are shown."""
REPEATABLE: Final = (Type.INVOICE, Type.ESTIMATE, Type.ADVANCE, Type.DELIVERY_NOTE)


class Every(enum.StrEnum):
    """How often."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class RecurrenceExists(Problem):
    """The document has a recurrence already; change that one, or delete it: {recurrence_id}"""

    kind = Kind.INVALID
    code = "RECURRENCE_EXISTS"


class NotRepeatable(Problem):
    """A document like this one cannot recur: {why}."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_REPEATABLE"


class NewRecurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A recurrence as asked for; `periods` of 0 or -1 is without end."""

    name: str
    type: str
    first_date: datetime
    periods: Decimal
    auto_send: bool = False
    notify: bool = True
    save_as_draft: bool = False
    custom: dict[str, Any] = {}


class Recurrence(msgspec.Struct, frozen=True):
    """One recurrence, as stored. `made` counts its documents; `next_date` is None when it has come to its end."""

    id: Id
    organization_id: Id
    account_id: Id
    document_id: Id
    name: str
    type: str
    first_date: date
    periods: int
    auto_send: bool
    notify: bool
    save_as_draft: bool
    custom: dict[str, Any]
    made: int
    next_date: date | None
    failures: int
    failed_at: datetime | None
    last_error: str | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Period(msgspec.Struct, frozen=True):
    """A period of a recurrence whose document there is."""

    recurrence_id: Id
    date: date
    iteration: int
    document_id: Id
    created_at: datetime


class Planned(msgspec.Struct, frozen=True):
    """A period as it is shown: what was made of it, or None when it is to come."""

    iteration: int
    date: date
    document_id: Id | None = None
    created_at: datetime | None = None


def moved(day: date, every: str, times: int) -> date:
    """Return a day so many weeks, months or years later.

    What a month does not have is its last day, and the day it was counted from comes back: 31 January, 28 February,
    31 March.
    """
    if every == Every.WEEK:
        return day + timedelta(weeks=times)
    return in_month(day, 12 * times if every == Every.YEAR else times)


def in_month(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_of(every: str, first_date: date, iteration: int) -> date:
    """Return the day of the nth period, counted from 1."""
    return moved(first_date, every, iteration - 1)


def next_after(every: str, first_date: date, periods: int, made: int) -> date | None:
    """Return the day of the next period when so many were made; None when there is none."""
    return None if 0 < periods <= made else day_of(every, first_date, made + 1)


def plan(recurrence: Recurrence, made: Sequence[Period]) -> list[Planned]:
    """Return the periods to show: those of which documents were made, and the next to come."""
    shown = [Planned(period.iteration, period.date, period.document_id, period.created_at) for period in made]
    if recurrence.next_date is None or recurrence.deleted_at is not None:
        return shown
    left = recurrence.periods - recurrence.made if recurrence.periods > 0 else UPCOMING
    coming = range(recurrence.made + 1, recurrence.made + 1 + min(left, UPCOMING))
    return shown + [Planned(nth, day_of(recurrence.type, recurrence.first_date, nth)) for nth in coming]


def faults_of(new: NewRecurrence, *, today: date, zone: str, before: Recurrence | None = None) -> list[Fault]:
    """Return what is wrong with a recurrence as asked for, in wire names; `before` is the one it replaces."""
    faults = []
    if not new.name.strip() or len(new.name) > MAX_NAME:
        faults.append(Fault("name", "presence", f"must be a text of 1 to {MAX_NAME} characters"))
    if new.type not in list(Every):
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(Every)}"))
    if not -1 <= new.periods <= MAX_PERIODS or new.periods % 1:
        message = f"must be a whole number up to {MAX_PERIODS}; 0 or -1 is without end"
        faults.append(Fault("numRecurrences", "numericality", message))
    if new.auto_send and new.save_as_draft:
        faults.append(Fault("autoSend", "draft", "cannot be together with `saveAsDraft`: drafts are not mailed"))
    return faults + _plan_faults(new, today, time.day(new.first_date, zone), before)


def _plan_faults(new: NewRecurrence, today: date, first: date, before: Recurrence | None) -> list[Fault]:
    """Return what is wrong with the days: they stand once a document was made, and begin neither late nor early."""
    said = {"type": new.type, "dateFirst": first}
    if before is not None:
        kept = {"type": before.type, "dateFirst": before.first_date}
        changed = [name for name in said if said[name] != kept[name]]
        message = "cannot be changed once a document was made; delete the recurrence and begin another one"
        if before.made:
            return [Fault(name, "immutable", message) for name in changed]
        if not changed:
            return []
    if first < today:
        return [Fault("dateFirst", "date", f"must not be before today, {today.isoformat()}")]
    if (first - today).days > MAX_DAYS_AHEAD:
        return [Fault("dateFirst", "date", f"must be within {MAX_DAYS_AHEAD} days")]
    return []


def why_not(document: Document, *, auto_send: bool) -> str | None:
    """Return why a document cannot be the pattern of others; None when it can."""
    if document.incoming:
        return "it was received, not issued"
    if document.type not in REPEATABLE:
        return f"its type is {document.type}"
    if auto_send and not document.client.email:
        return "its client has no e-mail address to send others to"
    return None


def document_of(pattern: Document, recurrence: Recurrence, day: date, *, client_changed: bool) -> NewDocument:
    """Return what the document of a period is asked to be: the pattern with its dates moved, and no payments.

    The term of payment stays as many days; the time of a service moves with the period. A client that was changed
    since the pattern was made is taken as it is now.
    """
    shift = _Shift(pattern, recurrence.type, day)
    return msgspec.structs.replace(
        copied(pattern, type=pattern.type),
        draft=recurrence.save_as_draft,
        client={} if client_changed else client_said(pattern),
        sending=Sending() if recurrence.auto_send else None,
        date=instant_of(day),
        date_due=shift.by_days(pattern.date_due),
        date_valid_till=shift.by_days(pattern.date_valid_till),
        date_service=shift.service_begin(),
        date_service_to=shift.service_end(),
    )


def instant_of(day: date) -> datetime:
    """Return a day as the wire writes it: midnight UTC, which means that day in every zone."""
    return datetime.combine(day, midnight(), UTC)


class _Shift:
    """How the dates of a pattern move to the day of a period."""

    def __init__(self, pattern: Document, every: str, day: date) -> None:
        self.pattern, self.every, self.day = pattern, every, day
        self.from_day = time.day(pattern.date, pattern.timezone)

    def _day(self, instant: datetime) -> date:
        return time.day(instant, self.pattern.timezone)

    def by_days(self, instant: datetime | None) -> datetime | None:
        """Return a date as many days from the new document as it was from the pattern."""
        return None if instant is None else instant_of(self.day + (self._day(instant) - self.from_day))

    def service_begin(self) -> datetime | None:
        """Return the (first) day of service: the document's own day stays that, others move by months if it does."""
        begin = self.pattern.date_service
        if begin is None or self.every == Every.WEEK or self._day(begin) == self.from_day:
            return self.by_days(begin)
        return instant_of(in_month(self._day(begin), months_between(self.from_day, self.day)))

    def service_end(self) -> datetime | None:
        """Return the last day of service: as many whole months after the first as in the pattern, else as many days."""
        begin, first, end = self.pattern.date_service, self.service_begin(), self.pattern.date_service_to
        if begin is None or first is None or end is None:
            return self.by_days(end)
        was, after = self._day(begin), self._day(end) + timedelta(days=1)
        months = months_between(was, after)
        if self.every != Every.WEEK and months > 0 and in_month(was, months) == after:
            return instant_of(in_month(first.date(), months) - timedelta(days=1))
        return first + (self._day(end) - was)


def months_between(begin: date, end: date) -> int:
    """Return how many months the month of a day is after that of another."""
    return (end.year - begin.year) * 12 + end.month - begin.month
