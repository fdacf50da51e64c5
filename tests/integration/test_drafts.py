"""Drafts: what is derived follows what is said, however often a draft is changed before it is issued."""

import asyncio

import asyncpg

from billhook.kernel import ids
from tests.world import World


async def draft_of(world: World, **changes):
    alice = await world.actor()
    organization = await world.organization(alice)
    return alice, organization, await world.invoice(alice, organization, draft=True, **changes)


ALPHA = {"name": "Alpha", "email": "a@example.com", "taxNumber": "BE-ALPHA", "country": "Belgium"}


async def test_another_client_takes_all_of_the_first_ones_place(world: World) -> None:
    alice, organization, draft = await draft_of(world, _documentClient=ALPHA)
    beta = {"name": "Beta", "email": "b@example.com", "taxNumber": "FR-BETA", "country": "France"}
    other = await world.invoice(alice, organization, _documentClient=beta)
    url = f"/Documents/{draft['id']}"
    changed = (await alice.patch(url, {"clientId": other["clientId"]})).json()
    assert changed["clientId"] == other["clientId"]
    assert {key: changed["_documentClient"][key] for key in beta} == beta
    gamma = {"name": "Gamma", "email": "g@example.com"}
    changed = (await alice.patch(url, {"_documentClient": gamma})).json()
    assert changed["clientId"] not in (draft["clientId"], other["clientId"])
    assert "taxNumber" not in changed["_documentClient"]
    assert "country" not in changed["_documentClient"]


async def test_a_change_beside_the_client_keeps_it(world: World) -> None:
    alice, _, draft = await draft_of(world, _documentClient={"name": "No mail"})
    for body in ({"note": "x"}, {"_documentClient": {"city": "Ghent"}}, {"reference": "R"}):
        changed = (await alice.patch(f"/Documents/{draft['id']}", body)).json()
        assert changed["clientId"] == draft["clientId"]
    assert changed["_documentClient"]["city"] == "Ghent"
    assert changed["_documentClient"]["name"] == "No mail"


async def test_taxes_left_out_come_back_when_they_are_wanted(world: World) -> None:
    alice, _, draft = await draft_of(world, omitTaxes=True)
    assert draft["totalWithTax"] == 10000
    url = f"/Documents/{draft['id']}"
    assert (await alice.patch(url, {"note": "hello"})).json()["totalWithTax"] == 10000
    named = (await alice.patch(url, {"displayName": "x"})).json()
    assert (named["omitTaxes"], named["totalWithTax"]) == (True, 10000)
    assert (await alice.patch(url, {"omitTaxes": False})).json()["totalWithTax"] == 12100


async def test_clauses_and_dates_follow_what_is_said_last(world: World) -> None:
    alice, _, draft = await draft_of(world, date="2026-03-01")
    url = f"/Documents/{draft['id']}"
    line = {"name": "x", "price": 100, "_documentItemTaxes": [{"rate": 21, "reverseCharged": True}]}
    reverse = (await alice.patch(url, {"_documentItems": [line], "date": "2026-05-01"})).json()
    assert reverse["taxClause"].startswith("Reverse charge")
    assert (reverse["dateService"][:10], reverse["dateDue"][:10]) == ("2026-05-01", "2026-05-31")
    line["_documentItemTaxes"][0]["reverseCharged"] = False
    issued = (await alice.patch(url, {"_documentItems": [line], "draft": False})).json()
    assert issued["taxClause"] == ""
    assert issued["totalWithTax"] == 121
    assert issued["number"].endswith("-00001")


async def test_blank_addresses_belong_to_nobody(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    one = {"name": "One", "email": "", "taxNumber": "VAT-ONE"}
    first = await world.invoice(alice, organization, _documentClient=one)
    second = await world.invoice(alice, organization, _documentClient={"name": "Two", "email": " "})
    assert second["clientId"] != first["clientId"]
    assert "taxNumber" not in second["_documentClient"]


async def test_a_shared_mailbox_does_not_lend_its_tax_number(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await world.invoice(alice, organization, _documentClient=ALPHA)
    other = await world.invoice(alice, organization, _documentClient={"name": "Other", "email": "a@example.com"})
    assert "taxNumber" not in other["_documentClient"]
    again = await world.invoice(alice, organization, _documentClient={"name": "ALPHA", "email": "A@example.com"})
    assert again["_documentClient"]["taxNumber"] == "BE-ALPHA"


async def test_a_classification_names_one_tax(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/Documents"
    for classification in ("Standard", "reduced", "luxury"):
        line = {"name": "x", "price": 100, "_documentItemTaxes": [{"classification": classification}]}
        refused = await alice.post(url, world.rocket_man(_documentItems=[line]))
        assert refused.status_code == 422, classification
        codes = refused.json()["error"]["details"]["codes"]
        assert codes == {"_documentItems.0._documentItemTaxes.0.classification": ["inclusion"]}


async def test_days_are_those_of_the_organization(world: World) -> None:
    alice = await world.actor()
    late = await world.organization(alice, country="Germany", timezone="America/New_York")
    lines = [{"name": "x", "price": 100, "_documentItemTaxes": [{"classification": "standard"}]}]
    made = await world.invoice(alice, late, date="2020-07-01", _documentItems=lines)
    assert made["_documentItems"][0]["_documentItemTaxes"][0]["rate"] == 16
    belgian = await world.organization(alice)
    made = await world.invoice(alice, belgian, date="2026-10-01T22:00:00Z", note="[document date] [document due]")
    assert made["note"] == "2026-10-02 2026-11-01"


async def test_a_number_cannot_run_away_with_the_counter(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year = world.clock.now().year
    url = f"/Organizations/{organization['id']}/Documents"
    assert (await alice.post(url, world.rocket_man(number=f"{year}-999999999999"))).status_code == 422
    for own in (f"{year}-0131001", f"{year}-\uff10\uff10\uff10\uff19\uff19"):
        await world.invoice(alice, organization, number=own)
    assert (await world.invoice(alice, organization))["number"] == f"{year}-00001"


async def test_json_that_is_not_called_json_is_read_all_the_same(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    headers = {"authorization": alice.token, "content-type": "application/x-www-form-urlencoded"}
    url = f"/Organizations/{organization['id']}"
    body = '{"IBAN": "BE71 0961 2345 6769"}'
    changed = await world.http.patch(url, content=body, headers=headers)
    assert changed.json()["IBAN"] == "BE71 0961 2345 6769"
    refused = await alice.patch(url, {"IBAN": "BE69 5390 0754 7034"})
    assert refused.json()["error"]["details"]["codes"] == {"IBAN": ["format"]}


async def test_a_payment_is_more_than_nothing(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    for amount in (0, -500):
        body = world.rocket_man(payments=[{"type": "card", "amount": amount}])
        refused = await alice.post(f"/Organizations/{organization['id']}/Documents", body)
        assert refused.json()["error"]["details"]["codes"] == {"payments.0.amount": ["numericality"]}


async def test_what_is_said_of_a_draft_is_kept_or_refused(world: World) -> None:
    alice, _, draft = await draft_of(world, uniqueId="first")
    path = f"/Documents/{draft['id']}"
    refused = await alice.patch(path, {"uniqueId": "second"})
    assert refused.json()["error"]["details"]["codes"] == {"uniqueId": ["immutable"]}
    assert (await alice.patch(path, {"uniqueId": "first", "note": "n"})).json()["note"] == "n"
    assert (await alice.post(f"{path}/mark-sent", {})).status_code == 200
    assert (await alice.get(path)).json()["sentSnailMail"] is True


async def test_what_is_issued_at_this_moment_is_not_deleted(world: World, database_url: str) -> None:
    alice, _, draft = await draft_of(world)
    path = f"/Documents/{draft['id']}"
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("select from documents.document where id = $1 for update", ids.to_uuid(draft["id"]))
            issuing = asyncio.create_task(alice.post(f"{path}/issue"))
            await waiting(holder, 1)
            deleting = asyncio.create_task(alice.delete(path))
            await waiting(holder, 2)
    finally:
        await holder.close()
    assert (await issuing).status_code == 200
    refused = await deleting
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "DOCUMENT_ISSUED")


async def waiting(holder: asyncpg.Connection, many: int) -> None:
    """Return once so many wait for a lock."""
    text = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(5_000):
        if await holder.fetchval(text) >= many:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"no {many} are waiting")
