"""The monthly statement of fees: what came in online, what was kept of it, what went back."""

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from billhook import organizations
from billhook.db import Tx
from billhook.kernel import money, time
from billhook.kernel.problems import invalid
from billhook.processing import store

_COLUMNS: Final = "paid application_fee operator_fee refunded fees_refunded disputed remains".split()


class FeeLine(msgspec.Struct, frozen=True, kw_only=True):
    """What came in online in one currency within a month, and what was kept of it or went back, in minor units."""

    currency: str
    exponent: int
    payments: int
    paid: int
    application_fee: int
    operator_fee: int
    refunded: int
    fees_refunded: int
    disputed: int
    """What banks took back, less what they gave again."""

    @property
    def remains(self) -> int:
        """What is left for the organization."""
        kept = self.application_fee + self.operator_fee - self.fees_refunded
        return self.paid - kept - self.refunded - self.disputed


class FeeStatement(msgspec.Struct, frozen=True):
    """The fees of an organization in a month of its zone, by currency."""

    first: date
    last: date
    lines: list[FeeLine]


async def fee_statement(tx: Tx, month: str | None) -> FeeStatement:
    """Return the fees of the organization that was entered in a month (`2026-11`), the present one when none is said.

    A month begins and ends at midnight in the organization's zone. Raises Invalid.
    """
    zone = (await organizations.read(tx)).timezone
    first = _first_day(month) if month else time.day(tx.now, zone).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    amounts: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in await store.moved_between(tx, _midnight(first, zone), _midnight(after, zone)):
        amounts[row.currency, row.exponent] |= {row.kind: row.amount, f"{row.kind} count": row.count}
    lines = [_line(currency, exponent, moved) for (currency, exponent), moved in sorted(amounts.items())]
    return FeeStatement(first, after - timedelta(days=1), lines)


def _line(currency: str, exponent: int, moved: dict[str, int]) -> FeeLine:
    return FeeLine(
        currency=currency,
        exponent=exponent,
        payments=moved["payment count"],
        paid=moved["payment"],
        application_fee=moved["application_fee"],
        operator_fee=moved["operator_fee"],
        refunded=moved["refund"],
        fees_refunded=moved["fee_refund"],
        disputed=moved["dispute"] - moved["dispute_won"],
    )


def _first_day(month: str) -> date:
    """Return the first day of a month. Raises Invalid."""
    try:
        found = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 9000:
        raise invalid("query", "month", "date", "must be a month such as 2026-11")
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def fee_table(statement: FeeStatement) -> str:
    """Return a statement as CSV: a line for each currency, amounts in major units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["month", "currency", "payments", *_COLUMNS])
    for line in statement.lines:
        amounts = [str(money.to_major(getattr(line, name), line.exponent)) for name in _COLUMNS]
        writer.writerow([f"{statement.first:%Y-%m}", line.currency, str(line.payments), *amounts])
    return out.getvalue()
