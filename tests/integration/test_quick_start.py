"""The quick start of the seeds, call by call: what it sends, and every key and value it gets back."""

import re
from typing import Any

from tests.world import World

ID = re.compile(r"[0-9a-f]{24}\Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


def matches(expected: Any, actual: Any, path: str = "") -> None:
    """Compare with the seed's answer: a pattern stands for what differs from call to call."""
    if isinstance(expected, re.Pattern):
        assert isinstance(actual, str), f"{path}: {actual!r}"
        assert expected.match(actual), f"{path}: {actual!r}"
    elif isinstance(expected, dict):
        assert isinstance(actual, dict), path
        assert set(expected) <= set(actual), f"{path}: {sorted(set(expected) - set(actual))} missing"
        for key, value in expected.items():
            matches(value, actual[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert isinstance(actual, list), path
        assert len(expected) == len(actual), path
        for index, value in enumerate(expected):
            matches(value, actual[index], f"{path}.{index}")
    else:
        assert type(expected) is type(actual), f"{path}: {actual!r}"
        assert expected == actual, f"{path}: {actual!r}"


async def test_creates_the_space_agency(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    matches(
        {
            "id": ID,
            "name": "International Space Agency",
            "address": "Rocket street 1",
            "city": "Brussels",
            "zip": "10000",
            "country": "Belgium",
            "countryAlpha2Code": "BE",
            "locale": "nl-BE",
            "active": True,
            "activatedAt": INSTANT,
            "createdAt": INSTANT,
            "updatedAt": INSTANT,
            "custom": {},
            "_data": [],
        },
        organization,
    )
    assert set(organization) - {"timezone", "currencyId"} == {
        "id", "name", "address", "city", "zip", "country", "countryAlpha2Code", "locale", "active", "activatedAt",
        "createdAt", "updatedAt", "custom", "_data",
    }  # fmt: skip
    read = (await alice.get(f"/organizations/{organization['id']}")).json()
    defaults = {default["name"]: default["value"] for default in read["_defaults"]}
    assert defaults["currencyId"] == "EUR"
    assert defaults["invoice_dueDays"] == 30


async def test_issues_the_rocket_man_invoice_paid_and_sent(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    invoice = await world.invoice(alice, organization, payments=[{"type": "card"}], send=True)
    year = world.clock.now().year
    matches(
        {
            "id": ID,
            "number": f"{year}-00001",
            "draft": False,
            "date": INSTANT,
            "dateService": INSTANT,
            "dateDue": INSTANT,
            "reference": "",
            "total": 10000,
            "totalDiscount": 0,
            "totalWithTax": 12100,
            "decimalPlaces": 9,
            "note": f"When paying please use reference {year}-00001.\n\nThank you for your business",
            "taxClause": "",
            "footer": "International Space Agency, Rocket street 1, 10000 Brussels, Belgium",
            "signature": "International Space Agency",
            "type": "invoice",
            "canceled": False,
            "sentSnailMail": False,
            "totalPaid": 12100,
            "totalDue": 0,
            "paidInFull": True,
            "currencyId": "EUR",
            "_documentTaxes": [{"tax": 21, "taxId": ID, "abbreviation": "BTW 21%", "base": 10000, "totalTax": 2100}],
            "_documentReverseTaxes": [],
            "hasUnit": False,
            "isValidEslog": False,
            "incoming": False,
            "issuedAt": INSTANT,
            "dateYear": year,
            "documentIds": [],
            "createdAt": INSTANT,
            "updatedAt": INSTANT,
            "custom": {},
            "_isDeleted": False,
            "_documentItems": [
                {
                    "id": UUID,
                    "discount": 0,
                    "discountIsAmount": False,
                    "quantity": 1,
                    "total": 10000,
                    "totalWithTax": 12100,
                    "totalTax": 2100,
                    "totalDiscount": 0,
                    "isSeparator": False,
                    "name": "Space suit",
                    "description": "",
                    "price": 10000,
                    "trackInventory": False,
                    "custom": {},
                    "_documentItemTaxes": [
                        {
                            "id": UUID,
                            "rate": 21,
                            "reverseCharged": False,
                            "name": "Belasting over de toegevoegde waarde",
                            "abbreviation": "BTW 21%",
                            "recoverable": True,
                            "compound": False,
                            "taxId": ID,
                        }
                    ],
                    "_components": [],
                    "_data": [],
                }
            ],
            "_documentIssuer": {
                "id": UUID,
                "name": "International Space Agency",
                "address": "Rocket street 1",
                "address2": "",
                "city": "Brussels",
                "zip": "10000",
                "country": "Belgium",
                "countryAlpha2Code": "BE",
                "taxNumber": "",
                "companyNumber": "",
                "IBAN": "",
                "bank": "",
                "SWIFT": "",
                "createdAt": organization["createdAt"],
                "updatedAt": organization["updatedAt"],
                "custom": {},
                "_data": [],
            },
            "clientId": ID,
            "_documentClient": {
                "id": UUID,
                "isEndCustomer": False,
                "name": "Rocket man",
                "country": "United Kingdom",
                "countryAlpha2Code": "GB",
                "email": "rocket.man@example.com",
                "createdAt": INSTANT,
                "updatedAt": INSTANT,
                "custom": {},
                "_data": [],
            },
            "organizationId": organization["id"],
            "accountId": alice.id,
            "_comments": [],
            "_data": [],
            "payments": [
                {
                    "amount": 12100,
                    "type": "card",
                    "date": INSTANT,
                    "id": ID,
                    "documentId": ID,
                    "organizationId": organization["id"],
                    "_isDeleted": False,
                    "createdAt": INSTANT,
                    "updatedAt": INSTANT,
                    "custom": {},
                }
            ],
            "pdf": f"{world.base_url}/v1/documents/{invoice['id']}/pdf",
        },
        invoice,
    )
    assert invoice["dateDue"][10:] == invoice["date"][10:], "the time of day is kept"


async def test_the_pdf_is_stored_and_always_the_same(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice))
    first = await alice.get(f"/documents/{invoice['id']}/pdf")
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-1.7")
    again = await alice.get(f"/Documents/{invoice['id']}/pdf")
    assert again.content == first.content
    german = await alice.get(f"/Documents/{invoice['id']}/pdf?l=de")
    assert german.content != first.content
    assert (await alice.get(f"/Documents/{invoice['id']}/pdf?l=de")).content == german.content


async def test_a_shared_document_is_read_without_a_token(world: World) -> None:
    alice = await world.actor()
    invoice = await world.invoice(alice, await world.organization(alice), payments=[{"type": "card"}])
    shared = (await alice.post(f"/Documents/{invoice['id']}/share")).json()
    assert len(shared["shareableId"]) >= 22
    public = await world.http.get(f"/Documents/public/{shared['shareableId']}")
    assert public.json()["number"] == invoice["number"]
    assert public.json()["payments"][0]["amount"] == 12100
    paper = await world.http.get(f"/Documents/public/{shared['shareableId']}/pdf")
    assert paper.content == (await alice.get(f"/documents/{invoice['id']}/pdf")).content
    assert (await alice.post(f"/Documents/{invoice['id']}/share")).json() == shared
    fresh = (await alice.post(f"/Documents/{invoice['id']}/share", {"regenerate": True})).json()
    assert fresh["shareableId"] != shared["shareableId"]
    closed = await world.http.get(f"/Documents/public/{shared['shareableId']}")
    never = await world.http.get("/Documents/public/never-was-a-link-at-all1")
    assert closed.status_code == never.status_code == 401
    assert closed.json() == never.json()
