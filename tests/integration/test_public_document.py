"""What the public link tells over the API: the paper's content, not the seller's own business."""

import json
from typing import Any

from tests.world import World

SECRET = "nobody-elses-business"


def rows() -> list[dict[str, Any]]:
    return [
        {"name": "Cost centre", "value": SECRET, "options": {"onPDF": False}},
        {"name": "Margin", "value": SECRET},
        {"name": "Order", "value": "for the paper", "options": {"onPDF": True}},
    ]


async def test_a_link_does_not_show_what_is_only_the_sellers_business(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice, custom={"why": SECRET}, _data=rows())
    body = world.rocket_man(custom={"why": SECRET}, uniqueId=f"unique-{SECRET}", numberInternal=SECRET, _data=rows())
    body["_documentClient"] |= {"custom": {"why": SECRET}, "ipAddress": "203.0.113.7", "_data": rows()}
    body["_documentIssuer"] = {"custom": {"why": SECRET}, "_data": rows()}
    body["_documentItems"][0] |= {"custom": {"why": SECRET}, "_data": rows()}
    body["payments"] = [
        {
            "type": "cash",
            "amount": 100,
            "custom": {"why": SECRET},
            "note": SECRET,
            "tag": SECRET,
            "transactionId": SECRET,
        }
    ]
    made = await alice.post(f"/Organizations/{organization['id']}/Documents", body)
    assert made.status_code == 200, made.text
    own = made.json()
    assert json.dumps(own).count(SECRET) >= 15, "the seller sees all of it"
    link = (await alice.post(f"/Documents/{own['id']}/share", {})).json()["shareableId"]

    answer = await world.http.get(f"/Documents/public/{link}")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert SECRET not in answer.text
    assert alice.id not in answer.text
    assert "203.0.113.7" not in answer.text
    assert not {"uniqueId", "clientId", "numberInternal"} & set(shown)
    assert (shown["custom"], shown["_comments"], shown["accountId"]) == ({}, [], "")
    assert shown["organizationId"] == organization["id"]
    for part in (shown, shown["_documentClient"], shown["_documentIssuer"], shown["_documentItems"][0]):
        assert [row["value"] for row in part["_data"]] == ["for the paper"]
        assert part["custom"] == {}
    for said in ("number", "date", "total", "totalWithTax", "totalDue", "note", "currencyId", "_documentTaxes"):
        assert shown[said] == own[said]
    assert [payment["amount"] for payment in shown["payments"]] == [100]
