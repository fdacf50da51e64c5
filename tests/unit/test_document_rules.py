"""Small rules of documents: language, numbering, payments."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billhook.documents.model import payments
from billhook.documents.model.document import Document, Party
from billhook.documents.model.languages import language_of
from billhook.documents.model.new import NewPayment
from billhook.documents.model.numbering import MAIN, Series, counting, prefix_of, sequence_of, standard
from billhook.kernel import time

NOW = datetime(2026, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "own", "client", "language"),
    [
        ("nl-BE", "BE", "GB", "en-GB"),
        ("nl-BE", "BE", "BE", "nl-BE"),
        ("nl-BE", "BE", "NL", "nl-BE"),
        ("nl-BE", "BE", "FR", "fr-FR"),
        ("fr-BE", "BE", "CH", "fr-BE"),
        ("nl-BE", "BE", "JP", "en"),
        ("nl-BE", "BE", None, "nl-BE"),
        ("ja-JP", "JP", "JP", "en"),
        ("en-US", "US", "DE", "de-DE"),
        ("en", None, "RS", "sr-RS"),
    ],
)
def test_a_document_is_written_in_a_language_its_reader_understands(locale, own, client, language):
    assert language_of(locale, own, client) == language


@pytest.mark.parametrize(
    ("draft", "own", "counts", "sequence", "year"),
    [
        (False, None, True, None, 2026),
        (True, None, False, None, 2026),
        (True, "A-1", False, None, 2026),
        (False, "A-1", False, None, 2026),
        (False, "2026-00041", True, 41, 2026),
        (False, "2025-00003", True, 3, 2025),
        (False, "2026-0041", False, None, 2026),
        (False, "2026-00041x", False, None, 2026),
    ],
)
def test_which_counter_a_document_takes(draft, own, counts, sequence, year):
    counted = counting(draft=draft, own=own, date_year=2026, incoming=False)
    assert (counted.counts, counted.own_sequence, counted.year, counted.own) == (counts, sequence, year, own)


UNIT, OTHER = Series("5f" * 12, "B2-"), Series("6a" * 12, "X-")


@pytest.mark.parametrize(
    ("series", "own", "incoming", "sequence", "key", "prefix"),
    [
        (MAIN, None, False, None, "", ""),
        (MAIN, None, True, None, "incoming", ""),
        (UNIT, None, False, None, UNIT.unit_id, "B2-"),
        (UNIT, None, True, None, f"{UNIT.unit_id}:incoming", "B2-"),
        (UNIT, "B2-2026-00041", False, 41, UNIT.unit_id, ""),
        # Whoever gives a number of another series' form moves that series along, or it would stumble over it.
        (UNIT, "2026-00041", False, 41, "", ""),
        (UNIT, "X-2026-00041", False, 41, OTHER.unit_id, ""),
        (MAIN, "X-2026-00041", False, 41, OTHER.unit_id, ""),
        (MAIN, "X-2026-00041", True, 41, f"{OTHER.unit_id}:incoming", ""),
        (UNIT, "Y-2026-00041", False, None, "", ""),
        (UNIT, "B2-2026-0041", True, None, "incoming", ""),
    ],
)
def test_which_counter_a_units_document_takes(series, own, incoming, sequence, key, prefix):
    counted = counting(draft=False, own=own, date_year=2026, incoming=incoming, series=series, others=[OTHER])
    assert (counted.own_sequence, counted.series, counted.prefix, counted.own) == (sequence, key, prefix, own)


@pytest.mark.parametrize(
    ("number", "series", "place"),
    [
        ("2026-00041", "", (2026, 41)),
        ("2026-00041", "incoming", (2026, 41)),
        ("A-2026-00041", "", None),
        ("A-B2-2026-00041", UNIT.unit_id, (2026, 41)),
        ("A-B2-2026-00041", f"{UNIT.unit_id}:incoming", (2026, 41)),
        ("A-1", "", None),
    ],
)
def test_which_place_a_number_takes(number, series, place):
    assert sequence_of(number, series) == place


@pytest.mark.parametrize(
    ("own", "prefix"),
    [
        ("B2-2026-00041", "B2"),
        ("A-B-2026-123456", "A-B"),
        ("2026-00041", None),
        ("B2-2026-1", None),
        (None, None),
        (" B2-2026-00041 ", "B2"),
    ],
)
def test_what_stands_before_the_year(own, prefix):
    assert prefix_of(own) == prefix


def test_numbers_grow_past_five_digits():
    assert [standard(2026, n) for n in (1, 99999, 100000)] == ["2026-00001", "2026-99999", "2026-100000"]
    assert standard(2026, 7, "B2-") == "B2-2026-00007"


def test_a_payment_without_an_amount_is_for_what_is_left():
    said = [NewPayment(type="cash", amount=Decimal("20.10")), NewPayment(type="card"), NewPayment(type="coupon")]
    built = payments.build(said, total=12100, exponent=2, date=NOW, shard=1)
    assert [payment.amount for payment in built] == [2010, 10090, 0]


def test_an_overpayment_leaves_nothing_for_the_next():
    said = [NewPayment(type="cash", amount=Decimal(200)), NewPayment(type="card")]
    assert [p.amount for p in payments.build(said, total=12100, exponent=2, date=NOW, shard=1)] == [20000, 0]


def document(**changes):
    party = Party(name="ISA")
    fields = dict.fromkeys(Document.__struct_fields__)
    fields |= {
        "type": "invoice",
        "draft": False,
        "canceled": False,
        "total_with_tax": 100,
        "total_paid": 0,
        "total_credited": 0,
    }
    fields |= {"timezone": "Europe/Brussels", "issuer": party, "client": party, "date_due": NOW}
    return Document(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "now", "overdue"),
    [
        ({}, "2026-04-30T21:59:59Z", False),
        ({}, "2026-04-30T22:00:01Z", True),
        ({"timezone": "America/New_York"}, "2026-04-30T22:00:01Z", False),
        ({"total_paid": 100}, "2026-06-01", False),
        ({"total_paid": 99}, "2026-06-01", True),
        ({"canceled": True}, "2026-06-01", False),
        ({"draft": True}, "2026-06-01", False),
        ({"type": "estimate"}, "2026-06-01", False),
        ({"date_due": None}, "2026-06-01", False),
    ],
)
def test_a_document_is_overdue_when_its_due_day_is_over(changes, now, overdue):
    assert document(**changes).is_overdue(time.parse(now)) is overdue
