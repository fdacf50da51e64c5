"""What of a condition is one range of an order."""

from typing import Any

import pytest

from billhook.documents.columns import COLUMNS, ORDERS, TALLIED
from billhook.web.filters.spans import Bound, Span, sorted_by, span_of

NOTHING = "0001-01-01 00:00:00.000000"
MAY = "2026-05-01 00:00:00.000000"
JUNE = "2026-06-01 00:00:00.000000"


def total(thousandths: int) -> str:
    return f"{10**19 + thousandths:020d}"


def at(key: str) -> Bound:
    return Bound(key, included=True)


def past(key: str) -> Bound:
    return Bound(key, included=False)


SPANS: list[tuple[Any, Span | None]] = [
    ({}, Span("", {})),
    ({"type": "invoice"}, Span("", {"and": [{"type": "invoice"}]})),
    ({"date": {"gte": "2026-05-01"}}, Span("date", {}, at(MAY), None)),
    ({"date": {"gt": "2026-05-01", "lt": "2026-06-01"}}, Span("date", {}, past(MAY), past(JUNE))),
    ({"date": {"between": ["2026-05-01", "2026-06-01"]}}, Span("date", {}, at(MAY), at(JUNE))),
    ({"and": [{"date": {"gte": "2026-05-01"}}, {"date": {"gt": "2026-05-01"}}]}, Span("date", {}, past(MAY), None)),
    ({"and": {"date": {"lte": "2026-05-01", "lt": "2026-06-01"}}}, Span("date", {}, None, at(MAY))),
    ({"dateDue": {"lt": "2026-06-01"}}, Span("dateDue", {}, past(NOTHING), past(JUNE))),
    ({"dateDue": None}, Span("dateDue", {}, at(NOTHING), at(NOTHING))),
    ({"dateDue": {"exists": True}}, Span("dateDue", {}, past(NOTHING), None)),
    ({"total": 12.5}, Span("total", {}, at(total(12500)), at(total(12500)))),
    ({"total": {"gte": 0.0001}}, Span("total", {}, past(total(0)), None)),
    ({"total": {"lt": "-0.0001"}}, Span("total", {}, None, at(total(-1)))),
    ({"note": {"gt": "a"}, "draft": False}, Span("note", {"and": [{"draft": False}]}, past("a"), None)),
    ({"id": {"lt": "f" * 24}}, Span("id", {}, None, past("f" * 24))),
    ({"note": "a" * 100}, None),
    ({"total": 10**17}, None),
    ({"date": None}, None),
    ({"date": {"neq": "2026-05-01"}}, None),
    ({"date": ["2026-05-01"]}, None),
    ({"date": {"gte": "2026-05-01"}, "total": 1}, None),
    ({"or": [{"date": {"gte": "2026-05-01"}}]}, None),
    ({"footer": ""}, None),
]


@pytest.mark.parametrize(("where", "span"), SPANS)
def test_a_condition_is_one_range_or_none(where: Any, span: Span | None) -> None:
    assert span_of(where, COLUMNS, TALLIED, ORDERS) == span


def test_a_range_says_its_order() -> None:
    for where, name in (
        ({"date": {"gte": "2026-05-01"}, "footer": "x"}, "date"),
        ({"date": {"gte": "2026-05-01"}, "total": 1}, ""),
        ({"date": {"neq": "2026-05-01"}}, ""),
        ({"type": "invoice"}, ""),
    ):
        assert sorted_by(where, COLUMNS, ORDERS) == name
