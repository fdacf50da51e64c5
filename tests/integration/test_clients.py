"""Clients kept, found, changed, deleted; what is known of their numbers; documents that were made for them."""

import asyncio
import json
from typing import Any

import pytest

from tests.integration.payment_desk import code, faults, ok
from tests.world import Actor, World

ROCKET_MAN = {
    "name": "Rocket man",
    "address": "Launch lane 7",
    "city": "Brussels",
    "zip": "1000",
    "country": "Belgique",
    "taxNumber": "BE0403170701",
    "IBAN": "BE68539007547034",
    "email": "rocket.man@example.com",
    "contact": "Ada",
    "note": "pays late",
    "type": "customer",
    "isEndCustomer": True,
    "companyId": "c-7",
    "custom": {"color": "red"},
    "_data": [{"id": "1", "name": "Dock", "value": "B"}],
}


class Books:
    """Alice's organization and its clients."""

    def __init__(self, alice: Actor, organization: dict[str, Any]) -> None:
        self.alice = alice
        self.organization = organization
        self.all = f"/Organizations/{organization['id']}/clients"

    async def keep(self, **changes: Any) -> dict[str, Any]:
        return ok(await self.alice.post(self.all, ROCKET_MAN | changes))

    async def names(self, **filter: Any) -> list[str]:
        found = ok(await self.alice.get(self.all, params={"filter": json.dumps(filter)}))
        return [client["name"] for client in found]

    async def search(self, term: str, path: str = "clients/search", **more: Any) -> list[str]:
        address = f"/Organizations/{self.organization['id']}/{path}"
        return [client["name"] for client in ok(await self.alice.get(address, params={"term": term} | more))]


@pytest.fixture
async def books(world: World) -> Books:
    alice = await world.actor()
    return Books(alice, await world.organization(alice))


async def test_a_client_is_kept_with_all_its_fields(books: Books) -> None:
    made = await books.keep()
    assert {name: made[name] for name in ROCKET_MAN} == ROCKET_MAN
    assert made["countryAlpha2Code"] == "BE"
    assert made["organizationId"] == books.organization["id"]
    assert (made["_isDeleted"], "deletedAt" in made) == (False, False)
    assert ok(await books.alice.get(f"/Clients/{made['id']}")) == made
    assert ok(await books.alice.get(books.all)) == [made]


async def test_numbers_are_checked_and_marked(books: Books) -> None:
    made = await books.keep(IBAN="BE68539007547035")
    told = {check["field"]: check for check in made["_checks"]}
    assert (told["taxNumber"]["valid"], told["taxNumber"]["rule"]) == (True, "be.vat")
    assert (told["IBAN"]["valid"], told["IBAN"]["means"]) == (False, "offline")
    assert "check digits" in told["IBAN"]["reason"]
    path = f"/Clients/{made['id']}"
    same = ok(await books.alice.patch(path, {"note": "pays early", "IBAN": "BE68539007547034"}))
    again = {check["field"]: check for check in same["_checks"]}
    assert again["taxNumber"] == told["taxNumber"]
    assert again["IBAN"]["valid"]
    moved = ok(await books.alice.patch(path, {"country": "United States", "taxNumber": "12-3456789", "IBAN": None}))
    assert moved["_checks"] == []
    assert moved["countryAlpha2Code"] == "US"


async def test_a_country_that_is_none_is_marked(books: Books) -> None:
    made = await books.keep(country="Atlantis")
    (mark,) = [check for check in made["_checks"] if not check["valid"]]
    assert (mark["field"], mark["value"], mark["valid"], mark["rule"]) == ("country", "Atlantis", False, "country")
    assert "countryAlpha2Code" not in made
    put_right = ok(
        await books.alice.patch(f"/Clients/{made['id']}", {"country": "Atlantis", "countryAlpha2Code": "GR"})
    )
    assert [check for check in put_right["_checks"] if check["field"] == "country"] == []


@pytest.mark.parametrize(
    ("said", "field", "fault"),
    [
        ({"name": " "}, "name", "presence"),
        ({"name": None}, "name", "presence"),
        ({"name": "x" * 501}, "name", "length"),
        ({"email": "nobody"}, "email", "format"),
        ({"type": "friend"}, "type", "inclusion"),
        ({"taxNumber": "1" * 101}, "taxNumber", "length"),
        ({"countryAlpha2Code": "Q9", "country": None}, "countryAlpha2Code", "inclusion"),
        ({"unitIds": ["x"]}, "unitIds", "format"),
        ({"custom": []}, "custom", "type"),
    ],
)
async def test_what_is_refused_leaves_nothing(books: Books, said: dict[str, Any], field: str, fault: str) -> None:
    assert faults(await books.alice.post(books.all, ROCKET_MAN | said)) == {field: [fault]}
    assert ok(await books.alice.get(f"{books.all}/count")) == {"count": 0}


async def test_all_faults_at_once(books: Books) -> None:
    said = {"name": "", "email": "x", "type": "y"}
    assert set(faults(await books.alice.post(books.all, said))) == {"name", "email", "type"}


async def test_put_replaces_and_patch_adds(books: Books) -> None:
    made = await books.keep()
    path = f"/Clients/{made['id']}"
    patched = ok(await books.alice.patch(path, {"phone": "+32 2 555 01 02", "contact": None}))
    assert patched | {"contact": "Ada", "updatedAt": 0} == made | {"phone": "+32 2 555 01 02", "updatedAt": 0}
    put = ok(await books.alice.put(path, {"name": "Star man", "countryAlpha2Code": "DE"}))
    assert (put["name"], put["countryAlpha2Code"], put["createdAt"]) == ("Star man", "DE", made["createdAt"])
    assert not {"contact", "phone", "email", "country", "note", "type"} & set(put)
    assert (put["custom"], put["_data"], put["isEndCustomer"]) == ({}, [], False)
    posted = ok(await books.alice.post(f"{path}/replace", ROCKET_MAN))
    anew = {"updatedAt": 0, "_checks": 0}
    assert posted | anew == made | anew
    assert faults(await books.alice.put(path, {"email": "a@example.com"})) == {"name": ["presence"]}
    assert ok(await books.alice.get(path)) == posted


async def test_changes_at_once_are_all_kept(books: Books) -> None:
    path = f"/Clients/{(await books.keep())['id']}"
    fields = ["phone", "website", "bank", "address2", "state", "businessType"]
    answers = await asyncio.gather(*[books.alice.patch(path, {field: field}) for field in fields])
    assert [answer.status_code for answer in answers] == [200] * len(fields)
    now = ok(await books.alice.get(path))
    assert [now[field] for field in fields] == fields


async def test_a_deleted_client_is_hidden_not_gone(books: Books) -> None:
    made, other = await books.keep(), await books.keep(name="Star man", email="star@example.com")
    path = f"/Clients/{made['id']}"
    assert ok(await books.alice.delete(path)) == {"count": 1}
    assert ok(await books.alice.delete(path)) == {"count": 0}
    assert [client["id"] for client in ok(await books.alice.get(books.all))] == [other["id"]]
    assert code(await books.alice.get(path)) == "AUTHORIZATION_REQUIRED"
    assert code(await books.alice.patch(path, {"note": "x"})) == "AUTHORIZATION_REQUIRED"
    gone = ok(await books.alice.get(path, params={"filter": '{"deleted": true}'}))
    assert (gone["_isDeleted"], gone["deletedId"]) == (True, made["id"])
    assert await books.names(deleted=True, order="name") == ["Rocket man", "Star man"]
    assert await books.search("rocket") == []
    assert ok(await books.alice.get(f"{path}/balance")) == {"balances": []}


async def test_clients_are_filtered_sorted_and_paged(books: Books) -> None:
    for number in range(5):
        await books.keep(name=f"Client {number}", zip=f"{number}000", custom={"n": str(number % 2)}, email=None)
    assert await books.names(order="name DESC", limit=2, skip=1) == ["Client 3", "Client 2"]
    assert await books.names(where={"zip": {"gt": "2000"}}, order="zip") == ["Client 3", "Client 4"]
    assert await books.names(where={"custom.n": "1"}) == ["Client 1", "Client 3"]
    assert await books.names(where={"taxNumber": "BE0403170701", "isEndCustomer": True}, limit=1) == ["Client 0"]
    answer = await books.alice.get(books.all, params={"filter": '{"limit": 1, "fields": ["name"]}'})
    assert (answer.headers["x-total-count"], answer.json()) == ("5", [{"name": "Client 0"}])
    where = {"where": '{"name": {"like": "[12]"}}'}
    assert ok(await books.alice.get(f"{books.all}/count", params=where)) == {"count": 2}
    included = ok(await books.alice.get(books.all, params={"filter": '{"limit": 1, "include": "organization"}'}))
    assert included[0]["organization"]["id"] == books.organization["id"]
    for wrong in ({"order": "nam"}, {"where": {"nam": 1}}, {"include": "taxes"}):
        assert code(await books.alice.get(books.all, params={"filter": json.dumps(wrong)})) == "VALIDATION_FAILED"


async def test_search_finds_words_by_their_beginnings(books: Books) -> None:
    await books.keep(name="Café Zürich", city="Genève", taxNumber=None, email="info@cafe.example")
    await books.keep(name="Zurich Insurance", type="supplier", email=None, taxNumber="BE 0403.170.701")
    await books.keep(name="O'Neill & Sons", type=None, email=None, taxNumber=None)
    assert await books.search("zur") == ["Café Zürich", "Zurich Insurance"]
    assert await books.search("CAFE gen") == ["Café Zürich"]
    assert await books.search("info@cafe.ex") == ["Café Zürich"]
    assert await books.search("o'neill") == ["O'Neill & Sons"]
    assert await books.search("BE0403170701") == ["Zurich Insurance"]
    assert await books.search("0403.170") == ["Zurich Insurance"]
    assert await books.search("urich") == []
    for term in ("", " ", "'", "\\", ":*", "zzz' | 'zur", "& | !", "😀"):
        assert await books.search(term) == [], term
    assert await books.search("zur", type="customer") == ["Café Zürich"]
    assert await books.search("z", "search-clients", type="supplier") == ["Zurich Insurance"]
    wrong = await books.alice.get(f"{books.all}/search", params={"term": "z", "type": "friend"})
    assert faults(wrong) == {"type": ["inclusion"]}


async def test_who_may_only_read_changes_nothing(world: World, books: Books) -> None:
    made = await books.keep()
    bob = await world.actor("bob")
    path = f"/Clients/{made['id']}"
    refused = [
        await bob.get(path),
        await bob.patch(path, {"name": "Mine"}),
        await bob.put(path, {"name": "Mine"}),
        await bob.delete(path),
        await bob.post(books.all, ROCKET_MAN),
        await bob.get(f"{books.all}/search", params={"term": "rocket"}),
    ]
    assert {code(answer) for answer in refused} == {"AUTHORIZATION_REQUIRED"}
    assert ok(await books.alice.get(path)) == made


def invoice_for(**changes: Any) -> dict[str, Any]:
    return {"_documentItems": [{"name": "Space suit", "price": 100}]} | changes


async def test_a_document_takes_the_client_it_names(books: Books) -> None:
    made = await books.keep()
    path = f"/Organizations/{books.organization['id']}/documents"
    by_id = ok(await books.alice.post(path, invoice_for(clientId=made["id"])))
    by_mail = ok(await books.alice.post(path, invoice_for(_documentClient={"email": "Rocket.Man@example.com"})))
    for document in (by_id, by_mail):
        assert document["clientId"] == made["id"]
        copy = document["_documentClient"]
        for name in ("name", "taxNumber", "contact", "isEndCustomer", "countryAlpha2Code", "_data", "custom"):
            assert copy[name] == made[name], name
    assert ok(await books.alice.get(f"{books.all}/count")) == {"count": 1}


async def test_an_issued_document_keeps_the_client_it_was_made_for(books: Books) -> None:
    made = await books.keep()
    path = f"/Organizations/{books.organization['id']}/documents"
    issued = ok(await books.alice.post(path, invoice_for(clientId=made["id"])))
    ok(await books.alice.put(f"/Clients/{made['id']}", {"name": "Star man"}))
    ok(await books.alice.delete(f"/Clients/{made['id']}"))
    assert ok(await books.alice.get(f"/Documents/{issued['id']}")) == {
        name: value for name, value in issued.items() if name != "payments"
    }
    again = await books.alice.post(path, invoice_for(clientId=made["id"]))
    assert faults(again) == {"clientId": ["inclusion"]}
    anew = ok(await books.alice.post(path, invoice_for(_documentClient={"name": "X", "email": made["email"]})))
    assert anew["clientId"] != made["id"]


async def test_a_client_that_comes_with_a_document_is_kept_whole(books: Books) -> None:
    said = {"name": "Star man", "country": "Belgium", "contact": "Ziggy", "isEndCustomer": True, "taxNumber": "BE1"}
    path = f"/Organizations/{books.organization['id']}/documents"
    document = ok(
        await books.alice.post(path, invoice_for(_documentClient=said | {"_data": [{"id": "1", "name": "a"}]}))
    )
    kept = ok(await books.alice.get(f"/Clients/{document['clientId']}"))
    assert {name: kept[name] for name in said} == said
    assert [(check["field"], check["valid"]) for check in kept["_checks"]] == [("taxNumber", False)]
    assert kept["_data"] == [{"id": "1", "name": "a"}]
    assert await books.search("ziggy") == ["Star man"]
    long = await books.alice.post(path, invoice_for(_documentClient={"name": "x" * 501}))
    assert faults(long) == {"_documentClient.name": ["length"]}
