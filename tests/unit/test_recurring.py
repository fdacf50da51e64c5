"""The days of recurrences, and what the document of a period is asked to be."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from billhook.documents.model.copying import copied
from billhook.documents.model.document import Line, LineTax, Options
from billhook.documents.model.new import NewDocument, NewLine
from billhook.kernel import ids
from billhook.recurring.model import (
    NewRecurrence,
    Recurrence,
    day_of,
    document_of,
    faults_of,
    instant_of,
    next_after,
    plan,
    why_not,
)
from tests.contract.test_mail_templates import sample

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
TODAY = NOW.date()
ZONE = "Europe/Brussels"


def agreed(**changes: Any) -> Recurrence:
    fields: dict[str, Any] = {
        "id": ids.new(7),
        "organization_id": ids.new(7),
        "account_id": ids.new(),
        "document_id": ids.new(7),
        "name": "Hosting",
        "type": "month",
        "first_date": date(2026, 1, 31),
        "periods": 3,
        "auto_send": False,
        "notify": True,
        "save_as_draft": False,
        "custom": {},
        "made": 0,
        "next_date": date(2026, 1, 31),
        "failures": 0,
        "failed_at": None,
        "last_error": None,
        "deleted_at": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Recurrence(**fields | changes)


def asked(**changes: Any) -> NewRecurrence:
    fields = {"name": "Hosting", "type": "month", "first_date": instant_of(TODAY), "periods": Decimal(3)}
    return NewRecurrence(**fields | changes)


@pytest.mark.parametrize(
    ("every", "first", "days"),
    [
        ("week", "2026-12-28", ["2026-12-28", "2027-01-04", "2027-01-11"]),
        ("month", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("month", "2023-12-30", ["2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30"]),
        ("month", "2026-02-28", ["2026-02-28", "2026-03-28"]),
        ("year", "2024-02-29", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("year", "2026-12-31", ["2026-12-31", "2027-12-31"]),
    ],
)
def test_days_are_counted_from_the_first(every: str, first: str, days: list[str]) -> None:
    found = [day_of(every, date.fromisoformat(first), nth) for nth in range(1, len(days) + 1)]
    assert [day.isoformat() for day in found] == days


@pytest.mark.parametrize(
    ("periods", "made", "more"), [(2, 1, True), (2, 2, False), (2, 3, False), (0, 99, True), (-1, 99, True)]
)
def test_it_ends_after_as_many_as_were_agreed(periods: int, made: int, more: bool) -> None:
    assert (next_after("month", date(2026, 1, 31), periods, made) is not None) is more


def test_the_plan_is_bounded_and_ends() -> None:
    assert [planned.date.day for planned in plan(agreed(), [])] == [31, 28, 31]
    assert len(plan(agreed(periods=-1), [])) == 12
    assert len(plan(agreed(periods=40, made=35), [])) == 5
    assert plan(agreed(next_date=None), []) == []
    assert plan(agreed(deleted_at=NOW), []) == []


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({}, []),
        ({"name": " "}, ["name"]),
        ({"type": "day"}, ["type"]),
        ({"periods": -2}, ["numRecurrences"]),
        ({"periods": 1201}, ["numRecurrences"]),
        ({"periods": Decimal("2.5")}, ["numRecurrences"]),
        ({"periods": Decimal("2.0")}, []),
        ({"auto_send": True, "save_as_draft": True}, ["autoSend"]),
        ({"first_date": instant_of(date(2026, 1, 14))}, ["dateFirst"]),
        ({"first_date": instant_of(date(2126, 1, 14))}, ["dateFirst"]),
        ({"name": "", "type": "", "periods": -9, "first_date": NOW.replace(year=1999)}, ["name", "type", "numRecurrences", "dateFirst"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once(changes: dict[str, Any], paths: list[str]) -> None:
    assert [fault.path for fault in faults_of(asked(**changes), today=TODAY, zone=ZONE)] == paths


def test_the_days_stand_once_a_document_was_made() -> None:
    begun = agreed(made=1, first_date=date(2025, 6, 1))
    same = asked(first_date=instant_of(date(2025, 6, 1)), periods=0, name="New name")
    assert faults_of(same, today=TODAY, zone=ZONE, before=begun) == []
    moved = asked(first_date=instant_of(date(2026, 6, 1)), type="year")
    assert [fault.path for fault in faults_of(moved, today=TODAY, zone=ZONE, before=begun)] == ["type", "dateFirst"]
    waiting = agreed(made=0, first_date=date(2025, 6, 1))
    assert faults_of(moved, today=TODAY, zone=ZONE, before=waiting) == []
    assert faults_of(same, today=TODAY, zone=ZONE, before=agreed(made=0, first_date=date(2025, 6, 1))) == []


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "begin", "end", "day", "expected"),
    [
        ("month", "2026-01-01", "2026-01-31", "2026-02-01", ("2026-02-01", "2026-02-28")),
        ("month", "2025-12-01", "2025-12-31", "2026-03-01", ("2026-02-01", "2026-02-28")),  # billed in arrears
        ("month", "2026-01-01", "2026-03-31", "2026-04-01", ("2026-04-01", "2026-06-30")),
        ("month", "2026-01-01", "2026-01-05", "2026-02-01", ("2026-02-01", "2026-02-05")),
        ("year", "2024-01-01", "2024-12-31", "2027-01-01", ("2025-01-01", "2025-12-31")),
        ("week", "2026-01-01", "2026-01-07", "2026-01-08", ("2026-01-08", "2026-01-14")),
    ],
)
def test_the_time_of_a_service_moves_with_the_period(
    every: str, begin: str, end: str, day: str, expected: tuple[str, str]
) -> None:
    pattern = sample(date=at("2026-01-01"), date_service=at(begin), date_service_to=at(end))
    new = document_of(pattern, agreed(type=every), date.fromisoformat(day), client_changed=False)
    assert new.date_service is not None
    assert new.date_service_to is not None
    assert (new.date_service.date().isoformat(), new.date_service_to.date().isoformat()) == expected


def test_the_document_of_a_period_is_the_pattern_with_its_dates_moved() -> None:
    late = datetime(2026, 1, 14, 23, 30, tzinfo=UTC)  # the 15th in Brussels
    pattern = sample(
        date=late, date_service=late, date_due=datetime(2026, 1, 29, 23, 30, tzinfo=UTC), note="Reference [document number]",
        custom={"plan": "gold"}, options=Options(display_name="Bill"), unique_id="once", total_paid=5, reference="RF18",
    )  # fmt: skip
    new = document_of(pattern, agreed(auto_send=True), date(2026, 2, 28), client_changed=False)
    assert new.date == new.date_service == at("2026-02-28")
    assert new.date_due == at("2026-03-15")
    assert (new.note, new.custom, new.options) == (pattern.note, pattern.custom, pattern.options)
    assert (new.lines[0].name, new.lines[0].price) == ("Space suit", 10_000)
    assert new.client["name"] == "Rocket man"
    assert (new.number, new.unique_id, new.reference, new.payments, new.draft) == (None, None, None, (), False)
    assert new.sending is not None


HANDED_ON = {
    *("type", "incoming", "currency", "decimal_places", "note", "footer", "signature", "client_id", "unit_id", "lines"),
    *("options", "custom", "l10n", "data"),
}
"""What a document hands on when it is said again."""
ITS_OWN = {
    *("number", "date", "date_service", "date_service_to", "date_due", "date_valid_till", "date_paid", "date_received"),
    *("reference", "issuer", "payments", "sending", "unique_id", "document_ids", "previous_document_id", "advance_ids"),
}
"""What it does not."""


def test_a_document_hands_on_what_is_not_its_own() -> None:
    line = Line(
        id="1", name="Suit", description="d", quantity=Decimal(2), unit="h", price=Decimal(3), discount=Decimal(4), sku="s",
        ean="e", classification="S", item_id=ids.new(7), track_inventory=True, on_behalf="b", tax_exemption_code="c",
        tax_exemption_reason="r", discount_is_amount=True, custom={"a": 1}, l10n={"a": 1}, data=[{"a": 1}],
        taxes=(LineTax(id="t", rate=Decimal(21)),),
    )  # fmt: skip
    full = sample(
        type="estimate", draft=True, incoming=True, client_id=ids.new(7), unit_id=ids.new(7), lines=(line,), note="n",
        footer="f", signature="s", custom={"a": 1}, l10n={"a": 1}, data=[{"a": 1}], options=Options(display_name="Offer"),
    )  # fmt: skip
    said, nothing = copied(full, type=full.type), NewDocument()
    told = {name for name in nothing.__struct_fields__ if getattr(said, name) != getattr(nothing, name)}
    assert told >= HANDED_ON
    assert told & ITS_OWN == set()
    (line_said,), empty = said.lines, NewLine()
    silent = {name for name in line.__struct_fields__ if getattr(line_said, name, 0) == getattr(empty, name, None)}
    assert silent == {"id", "price_gross", "is_separator"}


def test_an_advance_is_deducted_once() -> None:
    deduction = Line(id="2", name="Advance", quantity=Decimal(-1), price=Decimal(5), deducts=ids.new(7))
    pattern = sample(lines=(*sample().lines, deduction))
    assert [line.name for line in copied(pattern, type=pattern.type).lines] == ["Space suit"]


def test_a_price_whose_taxes_were_left_out_stays_the_price_that_was_left() -> None:
    line = Line(id="1", name="Suit", price=Decimal(100), price_gross=Decimal(121))
    pattern = sample(lines=(line,), options=Options(omit_taxes=True))
    (again,) = document_of(pattern, agreed(), date(2026, 2, 28), client_changed=False).lines
    assert (again.price, again.price_gross) == (100, None)


def test_the_clause_that_was_said_is_said_again() -> None:
    clause = "Exempt, article 44"
    assert (
        document_of(sample(tax_clause=clause), agreed(), date(2026, 2, 28), client_changed=False).tax_clause == clause
    )
    assert document_of(sample(tax_clause=""), agreed(), date(2026, 2, 28), client_changed=False).tax_clause is None


def test_a_client_that_was_changed_is_taken_as_it_is_now() -> None:
    new = document_of(sample(client_id=ids.new(7)), agreed(save_as_draft=True), date(2026, 2, 28), client_changed=True)
    assert (new.client, new.draft, new.sending) == ({}, True, None)
    assert new.client_id is not None


@pytest.mark.parametrize(
    ("changes", "auto_send", "may"),
    [
        ({}, True, True),
        ({"type": "estimate", "draft": True}, False, True),
        ({"type": "credit-note"}, False, False),
        ({"incoming": True}, False, False),
        ({"client": sample().issuer}, True, False),
        ({"client": sample().issuer}, False, True),
    ],
)
def test_what_can_recur(changes: dict[str, Any], auto_send: bool, may: bool) -> None:
    assert (why_not(sample(**changes), auto_send=auto_send) is None) is may
