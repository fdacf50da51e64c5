"""Documents over the API: drafts, numbers, dates, types, clients, taxes, refusals."""

from decimal import Decimal

import pytest

from billhook.kernel.time import day, parse
from tests.world import Actor, World


async def make(world: World, actor: Actor, organization: dict, **changes) -> dict:
    return await world.invoice(actor, organization, **changes)


def faults(response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.text
    return response.json()["error"]["details"]["codes"]


async def test_a_draft_becomes_an_invoice(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    draft = await make(world, alice, organization, draft=True)
    assert "number" not in draft
    assert "issuedAt" not in draft
    assert draft["note"].startswith("When paying please use reference .")
    url = f"/Documents/{draft['id']}"
    changed = (await alice.patch(url, {"reference": "R1", "_documentClient": {"city": "London"}})).json()
    assert changed["reference"] == "R1"
    assert changed["_documentClient"]["city"] == "London"
    assert changed["_documentClient"]["name"] == "Rocket man"
    assert changed["clientId"] == draft["clientId"]
    assert changed["totalWithTax"] == 12100
    lines = [{"name": "Boots", "quantity": 2, "price": 99.995, "_documentItemTaxes": [{"rate": 6}]}]
    changed = (await alice.patch(url, {"_documentItems": lines})).json()
    assert changed["total"] == 199.99
    assert changed["totalWithTax"] == 211.99
    issued = (await alice.post(f"{url}/issue")).json()
    assert issued["number"].endswith("-00001")
    assert issued["draft"] is False
    assert f"reference {issued['number']}" in issued["note"]
    again = await alice.post(f"{url}/issue")
    assert again.json()["error"]["code"] == "DOCUMENT_ALREADY_ISSUED"


async def test_a_draft_is_replaced_whole_and_issued_by_saying_so(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    draft = await make(world, alice, organization, draft=True, reference="gone")
    body = world.rocket_man(draft=True)
    body["_documentClient"] = {"name": "Major Tom"}
    replaced = (await alice.put(f"/Documents/{draft['id']}", body)).json()
    assert replaced["reference"] == ""
    assert replaced["_documentClient"]["name"] == "Major Tom"
    issued = (await alice.patch(f"/Documents/{draft['id']}", {"draft": False})).json()
    assert issued["number"].endswith("-00001")


async def test_an_issued_document_is_immutable(world: World) -> None:
    alice = await world.actor()
    invoice = await make(world, alice, await world.organization(alice))
    url = f"/Documents/{invoice['id']}"
    for body in ({"note": "other"}, {"draft": True}, {"_documentItems": []}, {"date": "2020-01-01"}):
        refused = await alice.patch(url, body)
        assert refused.status_code == 422, body
        assert refused.json()["error"]["code"] == "DOCUMENT_ISSUED"
    assert (await alice.patch(url, {"type": "estimate"})).json()["error"]["code"] == "DOCUMENT_TYPE_FIXED"
    assert (await alice.delete(url)).json()["error"]["code"] == "DOCUMENT_ISSUED"
    kept = (await alice.patch(url, {"custom": {"order": 5.25}})).json()
    assert kept["custom"] == {"order": 5.25}
    assert (await alice.post(f"{url}/mark-sent")).json() == {"success": True}
    read = (await alice.get(url)).json()
    assert read["sentSnailMail"] is True
    unchanged = set(invoice) - {"custom", "sentSnailMail", "updatedAt", "payments"}
    assert {key: read[key] for key in unchanged} == {key: invoice[key] for key in unchanged}


async def test_the_database_itself_refuses_to_change_an_issued_document(world: World, database_url: str) -> None:
    import asyncpg

    from billhook.kernel import ids

    alice = await world.actor()
    invoice = await make(world, alice, await world.organization(alice))
    owner = await asyncpg.connect(database_url)
    try:
        for statement in (
            "update documents.document set total = 1 where id = $1",
            "update documents.document set note = 'x' where id = $1",
            "update documents.document set draft = true, issued_at = null where id = $1",
            "update documents.document set deleted_at = now() where id = $1",
            "delete from documents.document where id = $1",
        ):
            with pytest.raises(asyncpg.PostgresError, match="issued document cannot be"):
                await owner.execute(statement, ids.to_uuid(invoice["id"]))
        with pytest.raises(asyncpg.PostgresError, match="only ever added to"):
            await owner.execute("delete from payments.entry where document_id = $1", ids.to_uuid(invoice["id"]))
    finally:
        await owner.close()


async def test_drafts_and_estimates_can_be_deleted(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    for changes in ({"draft": True}, {"type": "estimate"}):
        document = await make(world, alice, organization, **changes)
        assert (await alice.delete(f"/Documents/{document['id']}")).json() == {"count": 1}
        assert (await alice.get(f"/Documents/{document['id']}")).status_code == 401
    url = f"/Organizations/{organization['id']}/documents"
    assert (await alice.get(url)).json() == []
    deleted = (await alice.get(f"{url}?filter[deleted]=true")).json()
    assert [document["_isDeleted"] for document in deleted] == [True, True]


async def test_each_type_has_its_own_dates(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    expected = {
        "invoice": {"dateDue": "2026-05-30T06:14:03.266Z", "dateService": "2026-04-30T06:14:03.266Z"},
        "estimate": {"dateValidTill": "2026-05-30T06:14:03.266Z"},
        "advance": {"datePaid": "2026-04-30T06:14:03.266Z"},
        "credit-note": {},
        "delivery-note": {},
    }
    optional = {"dateDue", "dateService", "dateServiceTo", "dateValidTill", "datePaid", "dateReceived"}
    for kind, dates in expected.items():
        made = await make(world, alice, organization, type=kind, date="2026-04-30T06:14:03.266Z")
        assert {key: made[key] for key in optional if key in made} == dates, kind


async def test_dates_are_taken_in_every_form_of_the_seeds(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    forms = {
        "2026-04-18": "2026-04-18T00:00:00.000Z",
        "2026-04-20T10:10:30+00:00Z": "2026-04-20T10:10:30.000Z",
        "2026-04-20T10:10:30+02:00": "2026-04-20T08:10:30.000Z",
        "2026-04-20T10:10:30.123456Z": "2026-04-20T10:10:30.123Z",
    }
    for sent, shown in forms.items():
        assert (await make(world, alice, organization, date=sent))["date"] == shown


async def test_a_client_is_found_by_email_or_id_and_else_stored(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    first = await make(world, alice, organization)
    client = {"email": "ROCKET.man@example.com", "name": "R. Man"}
    second = await make(world, alice, organization, _documentClient=client)
    assert second["clientId"] == first["clientId"]
    assert second["_documentClient"]["name"] == "R. Man"
    assert second["_documentClient"]["countryAlpha2Code"] == "GB"
    third = await make(world, alice, organization, clientId=first["clientId"], _documentClient={})
    assert third["clientId"] == first["clientId"]
    assert third["_documentClient"]["name"] == "Rocket man"
    other = await make(world, alice, organization, _documentClient={"name": "Nobody else"})
    assert other["clientId"] != first["clientId"]
    body = world.rocket_man(clientId="0" * 24, _documentClient={})
    refused = await alice.post(f"/Organizations/{organization['id']}/Documents", body)
    assert faults(refused) == {"clientId": ["inclusion"]}


async def test_all_faults_of_a_body_at_once(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/Documents"
    types = {"_documentItems": [{"name": 5, "price": "many"}, {"quantity": []}], "date": "soon", "payments": [{}]}
    assert faults(await alice.post(url, types)) == {
        "_documentItems.0.name": ["type"],
        "_documentItems.0.price": ["type"],
        "_documentItems.1.quantity": ["type"],
        "date": ["type"],
        "payments.0.type": ["presence"],
    }
    rules = {
        "type": "receipt",
        "currencyId": "XXX",
        "number": "",
        "_documentItems": [{"price": 1}, {"name": "x", "price": 1, "discount": 101, "_documentItemTaxes": [{}]}],
        "documentIds": ["f" * 24],
        "send": True,
    }
    assert faults(await alice.post(url, rules)) == {
        "type": ["inclusion"],
        "currencyId": ["inclusion"],
        "number": ["format"],
        "_documentClient.name": ["presence"],
        "_documentItems.0.name": ["presence"],
        "_documentItems.1.discount": ["numericality"],
        "_documentItems.1._documentItemTaxes.0.rate": ["presence"],
        "documentIds": ["inclusion"],
        "_documentClient.email": ["presence"],
    }
    assert (await alice.get(f"{url}/count")).json() == {"count": 0}


async def test_sending_without_an_address_is_refused_before_anything_is_written(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/Documents"
    body = world.rocket_man(_documentClient={"name": "No mail"}, send=True)
    refused = await alice.post(url, body)
    assert faults(refused) == {"_documentClient.email": ["presence"]}
    assert (await alice.get(f"{url}/count")).json() == {"count": 0}
    made = await make(world, alice, organization, _documentClient={"name": "No mail"})
    assert made["number"].endswith("-00001")
    assert faults(await alice.post(f"/Documents/{made['id']}/send", {})) == {"recipients": ["presence"]}


async def test_money_is_exact(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/Documents"
    body = (
        b'{"_documentClient":{"name":"x"},"_documentItems":[{"name":"a","quantity":3,"price":0.123456789},'
        b'{"name":"b","quantity":1e0,"price":19.99,"discount":10}],"payments":[{"type":"cash","amount":1.1}]}'
    )
    answer = await alice.http.post(
        url, content=body, headers={"authorization": alice.token, "content-type": "application/json"}
    )
    assert '"price":0.123456789' in answer.text
    document = answer.json(parse_float=Decimal)
    assert document["total"] == Decimal("18.36")
    assert document["totalDue"] == Decimal("17.26")
    body = world.rocket_man(payments=[{"type": "cash", "amount": 1.005}])
    assert faults(await alice.post(url, body)) == {"payments.0.amount": ["numericality"]}


async def test_currencies_without_and_with_three_decimals(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    line = {"name": "x", "quantity": 1, "price": 1234.5678, "_documentItemTaxes": [{"rate": 10}]}
    yen = await make(world, alice, organization, currencyId="JPY", _documentItems=[line])
    assert (yen["total"], yen["totalWithTax"]) == (1235, 1359)
    dinar = await make(world, alice, organization, currencyId="KWD", _documentItems=[line])
    assert (dinar["total"], dinar["totalWithTax"]) == (1234.568, 1358.025)


async def test_taxes_are_matched_by_rate_id_and_classification(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    by_rate = (await make(world, alice, organization))["_documentItems"][0]["_documentItemTaxes"][0]
    lines = [
        {"name": "a", "price": 100, "_documentItemTaxes": [{"taxId": by_rate["taxId"]}]},
        {"name": "b", "price": 100, "_documentItemTaxes": [{"classification": "standard"}]},
        {"name": "c", "price": 100, "_documentItemTaxes": [{"rate": 17.5}]},
        {"name": "d", "price": 100, "_documentItemTaxes": [{"rate": 21, "reverseCharged": True}]},
    ]
    made = await make(world, alice, organization, _documentItems=lines)
    first, second, third, fourth = (line["_documentItemTaxes"][0] for line in made["_documentItems"])
    assert (first["rate"], first["abbreviation"]) == (21, "BTW 21%")
    assert (second["rate"], second["abbreviation"]) == (21, "BTW 21%")
    assert third["rate"] == 17.5
    assert "taxId" not in third
    assert fourth["reverseCharged"] is True
    assert made["totalWithTax"] == 400 + 21 + 21 + 17.5
    assert made["_documentReverseTaxes"] == [
        {"tax": 21, "taxId": by_rate["taxId"], "abbreviation": "BTW 21%", "base": 100, "totalTax": 21}
    ]
    assert made["taxClause"].startswith("Reverse charge")
    assert made["taxClause"] in made["note"]


async def test_the_rate_of_a_tax_is_the_one_valid_on_the_document_date(world: World) -> None:
    alice = await world.actor()
    german = await world.organization(alice, name="Rakete GmbH", country="Deutschland", city="Berlin")
    lines = [{"name": "x", "price": 100, "_documentItemTaxes": [{"classification": "standard"}]}]
    for date, rate in (("2020-06-30", 19), ("2020-07-01", 16), ("2020-12-31", 16), ("2021-01-01", 19)):
        made = await make(world, alice, german, date=date, _documentItems=lines)
        assert made["_documentItems"][0]["_documentItemTaxes"][0]["rate"] == rate, date


async def test_texts_speak_of_a_bank_account_only_if_there_is_one(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice, IBAN="BE68539007547034", taxNumber="BE0403019261")
    invoice = await make(world, alice, organization)
    assert invoice["note"].startswith("Please pay to bank account BE68539007547034.\nWhen paying please use reference")
    assert invoice["footer"].endswith("Belgium, VAT ID BE0403019261")
    own = await make(world, alice, organization, note="Ref [document number], due [document due], [nonsense]")
    due = day(parse(own["dateDue"]), organization["timezone"])
    assert own["note"] == f"Ref {own['number']}, due {due}, [nonsense]"
    raw = (await alice.get(f"/Documents/{own['id']}?parseSmartcodes=false")).json()
    assert raw["note"] == "Ref [document number], due [document due], [nonsense]"


async def test_a_belgian_client_gets_a_dutch_note(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    dutch = await make(world, alice, organization, _documentClient={"name": "Jan", "country": "België"})
    french = await make(world, alice, organization, _documentClient={"name": "Jean", "country": "France"})
    assert "referentie" in dutch["note"].lower() or "mededeling" in dutch["note"].lower()
    assert "référence" in french["note"]


async def test_a_deactivated_organization_can_only_be_read(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}"
    assert (await alice.post(f"{url}/deactivate")).json() == {"success": True}
    refused = await alice.post(f"{url}/Documents", world.rocket_man())
    assert refused.json()["error"]["code"] == "ORGANIZATION_DEACTIVATED"
    assert (await alice.get(url)).json()["active"] is False
    assert (await alice.post(f"{url}/activate")).status_code == 200
    await make(world, alice, organization)


async def test_creating_and_issuing_is_three_round_trips(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await make(world, alice, organization)  # the token is known now
    before = world.database.round_trips
    await make(world, alice, organization, payments=[{"type": "card"}], send=True)
    assert world.database.round_trips - before == 3


async def test_reading_is_two_round_trips(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    invoice = await make(world, alice, organization)
    before = world.database.round_trips
    await alice.get(f"/Documents/{invoice['id']}")
    assert world.database.round_trips - before == 2
    before = world.database.round_trips
    await alice.get(f"/Organizations/{organization['id']}/documents?filter[include]=payments")
    assert world.database.round_trips - before == 3


async def test_what_would_not_fit_an_index_is_refused(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    long = "x" * 3000
    body = world.rocket_man(uniqueId=long, number=long, payments=[{"type": "card", "transactionId": long}])
    body["_documentClient"]["email"] = f"{long}@example.com"
    assert faults(await alice.post(f"/Organizations/{organization['id']}/Documents", body)) == {
        "uniqueId": ["length"],
        "number": ["format"],
        "payments.0.transactionId": ["length"],
        "_documentClient.email": ["format"],
    }


async def test_a_change_cannot_pay_or_send(world: World) -> None:
    alice = await world.actor()
    draft = await make(world, alice, await world.organization(alice), draft=True)
    assert faults(await alice.patch(f"/Documents/{draft['id']}", {"payments": [{"type": "card"}]})) == {
        "payments": ["draft"]
    }
    assert faults(await alice.patch(f"/Documents/{draft['id']}", {"send": True})) == {"send": ["draft"]}


async def test_a_pattern_that_cannot_be_read_is_refused(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/documents"
    refused = await alice.get(url, params={"filter": '{"where": {"number": {"regexp": "(("}}}'})
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "BAD_PATTERN"


async def test_what_clients_of_the_dialect_send_is_no_slip(world: World) -> None:
    alice = await world.actor()
    agency = await world.organization(alice)
    of_the_dialect = {"_at": {}, "_documentUnit": {}, "_furs": {}, "expectedTotalWithTax": 12_100}
    await world.invoice(alice, agency, **of_the_dialect)


async def test_a_line_nobody_has_said_the_price_of_is_given_away_to_nobody(world: World) -> None:
    alice = await world.actor()
    agency = await world.organization(alice)
    path = f"/Organizations/{agency['id']}/Documents"
    misspelt = await alice.post(path, world.rocket_man(_documentItems=[{"name": "Suit", "prise": 10_000}]))
    assert misspelt.json()["error"]["details"]["codes"] == {"_documentItems.0.prise": ["unknown_field"]}
    lines = [{"name": "Suit"}, {"name": "Free", "price": 0}, {"name": "Parts", "isSeparator": True}]
    body = world.rocket_man(_documentItems=lines)
    refused = await alice.post(path, body)
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["codes"] == {"_documentItems.0.price": ["presence"]}
    draft = await alice.post(path, body | {"draft": True})
    assert draft.status_code == 200, draft.text
    issued = await alice.post(f"/Documents/{draft.json()['id']}/issue")
    assert issued.json()["error"]["details"]["codes"] == {"_documentItems.0.price": ["presence"]}
    assert (await alice.get(path)).json()[0]["draft"] is True
    delivery = await alice.post(path, body | {"type": "delivery-note"})
    assert delivery.status_code == 200, delivery.text
