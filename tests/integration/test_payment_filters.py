"""Payments found, sorted, paged, cut to fields and shown with what they belong to."""

import json
from typing import Any

import pytest

from tests.integration import payment_desk
from tests.integration.payment_desk import Desk, code, ok

desk = payment_desk.desk


async def shelf(desk: Desk) -> None:
    """Five payments to look for."""
    await desk.pay(amount=10, type="card", tag="shop", date="2026-01-01", transactionId="a", custom={"color": "red"})
    await desk.pay(amount=20.5, type="bank", tag="shop", date="2026-02-01", note="Half", custom={"color": "blue"})
    await desk.pay(amount=30, type="bank", date="2026-03-01", note="half of it", transactionId="b")
    free = {"amount": 40, "type": "cash", "date": "2026-04-01", "currencyId": "USD"}
    ok(await desk.alice.post(desk.all, free))
    ok(await desk.alice.delete(f"/Payments/{(await desk.pay(amount=50, date='2026-05-01'))['id']}"))


WHERES: list[tuple[dict[str, Any], list[float]]] = [
    ({}, [10, 20.5, 30, 40]),
    ({"type": "bank"}, [20.5, 30]),
    ({"type": {"neq": "bank"}}, [10, 40]),
    ({"amount": {"gt": 10, "lte": 30}}, [20.5, 30]),
    ({"amount": {"between": [20, 30]}}, [20.5, 30]),
    ({"amount": {"inq": [10, "40"]}}, [10, 40]),
    ({"amount": {"nin": [10, 40]}}, [20.5, 30]),
    ({"tag": None}, [30, 40]),
    ({"tag": {"exists": True}}, [10, 20.5]),
    ({"note": {"like": "^half", "options": "i"}}, [20.5, 30]),
    ({"note": {"nlike": "^Half"}}, [10, 30, 40]),
    ({"note": {"regexp": "/HALF/i"}}, [20.5, 30]),
    ({"date": {"gte": "2026-02-01", "lt": "2026-04-01T00:00:00Z"}}, [20.5, 30]),
    ({"custom.color": "red"}, [10]),
    ({"custom.color": {"neq": "red"}}, [20.5, 30, 40]),
    ({"transactionId": {"inq": ["a", "b"]}}, [10, 30]),
    ({"documentId": None}, [40]),
    ({"currencyId": "USD"}, [40]),
    ({"or": [{"type": "cash"}, {"and": [{"type": "bank"}, {"amount": {"lt": 25}}]}]}, [20.5, 40]),
]


async def test_payments_are_found_by_every_operator(desk: Desk) -> None:
    await shelf(desk)
    for where, amounts in WHERES:
        query = {"filter": json.dumps({"where": where, "order": "amount"})}
        answer = await desk.alice.get(desk.all, params=query)
        assert [payment["amount"] for payment in ok(answer)] == amounts, where
        assert answer.headers["x-total-count"] == str(len(amounts))
        count = await desk.alice.get(f"{desk.all}/count", params={"where": json.dumps(where)})
        assert ok(count) == {"count": len(amounts)}, where
        of_invoice = await desk.alice.get(f"{desk.of_invoice}/count", params={"where": json.dumps(where)})
        assert ok(of_invoice) == {"count": len([amount for amount in amounts if amount != 40])}, where


async def test_pages_and_orders_in_both_forms(desk: Desk) -> None:
    await shelf(desk)
    for query, amounts in (
        ("filter[order]=amount DESC&filter[limit]=2", [40, 30]),
        ("filter[order][amount]=DESC&filter[limit]=2&filter[skip]=2", [20.5, 10]),
        ('filter={"order": ["type ASC", "amount DESC"], "deleted": true}', [50, 30, 20.5, 10, 40]),
        ("filter[where][type]=bank&filter[order]=date", [20.5, 30]),
        ("filter[where][amount][inq][0]=10&filter[where][amount][inq][1]=30&filter[offset]=1", [30]),
    ):
        answer = await desk.alice.get(f"{desk.all}?{query}")
        assert [payment["amount"] for payment in ok(answer)] == amounts, query
    assert answer.headers["x-total-count"] == "2"


async def test_only_the_fields_that_are_asked_for(desk: Desk) -> None:
    made = await desk.pay(amount=10, note="x")
    url = f"/Payments/{made['id']}"
    wanted = {"amount": 10, "id": made["id"]}
    assert ok(await desk.alice.get(f"{url}?filter[fields][amount]=true&filter[fields][id]=true")) == wanted
    assert ok(await desk.alice.get(desk.all, params={"filter": '{"fields": ["id", "amount"]}'})) == [wanted]
    without = {key: value for key, value in made.items() if key not in ("note", "custom")}
    unwanted = '{"fields": {"note": false, "custom": false}}'
    assert ok(await desk.alice.get(url, params={"filter": unwanted})) == without
    assert ok(await desk.alice.get(desk.of_invoice, params={"filter": unwanted})) == [without]


async def test_related_objects_can_be_included(desk: Desk) -> None:
    made = await desk.pay(amount=10)
    ok(await desk.alice.post(desk.all, {"amount": 1, "type": "cash", "date": "2026-01-01"}))
    both = ok(
        await desk.alice.get(f"/Payments/{made['id']}", params={"filter": '{"include": ["document", "organization"]}'})
    )
    document = ok(await desk.alice.get(f"/Documents/{desk.invoice['id']}"))
    assert both["document"] == document
    organization = ok(await desk.alice.get(f"/Organizations/{desk.organization['id']}?filter[fields][_defaults]=false"))
    assert both["organization"] == organization
    linked, free = ok(await desk.alice.get(f"{desk.all}?filter[include]=document"))
    assert linked["document"] == document
    assert "document" not in free
    picked = ok(await desk.alice.get(f"{desk.of_invoice}?filter[include]=document&filter[fields][document]=true"))
    assert picked == [{"document": document}]


@pytest.mark.parametrize(
    "filter", ['{"where": {"nonsense": 1}}', '{"include": "transaction"}', '{"order": "nothing ASC"}']
)
async def test_a_filter_that_is_not_understood_is_refused(desk: Desk, filter: str) -> None:
    await desk.pay(amount=10)
    for url in (desk.all, desk.of_invoice):
        assert code(await desk.alice.get(url, params={"filter": filter})) == "VALIDATION_FAILED"
