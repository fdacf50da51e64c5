"""Units over the API: made, changed, deleted; what they issue has their address, their numbers and their pictures."""

import asyncio
import json
import secrets
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from tests.integration.access_cast import faults, member, ok, refused
from tests.integration.program import billhook
from tests.world import Actor, World

ANTWERP = {"name": "ISA Antwerp", "address": "Quay 2", "city": "Antwerp", "zip": "2000", "country": "Belgium"}
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v{}z"/></svg>'


async def unit(actor: Actor, organization: dict[str, Any], **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(await actor.post(f"/Organizations/{organization['id']}/units", ANTWERP | said))
    return made


async def test_a_unit_is_made_listed_changed_and_deleted(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/units"
    first = await unit(alice, organization, custom={"door": 7})
    assert first == ANTWERP | {
        "id": first["id"],
        "organizationId": organization["id"],
        "countryAlpha2Code": "BE",
        "numberPrefix": "U1",
        "_isDeleted": False,
        "createdAt": first["createdAt"],
        "updatedAt": first["updatedAt"],
        "custom": {"door": 7},
    }
    second = await unit(alice, organization, name="Bruges", numberPrefix="BRU")
    assert [row["name"] for row in ok(await alice.get(url, params={"filter[order]": "name"}))] == [
        "Bruges",
        "ISA Antwerp",
    ]
    assert ok(await alice.get(f"{url}/count", params={"where[numberPrefix]": "BRU"})) == {"count": 1}
    changed = ok(await alice.patch(f"/Units/{first['id']}", {"phone": "+32 3", "city": None}))
    assert (changed["phone"], "city" in changed, changed["custom"]) == ("+32 3", False, {"door": 7})
    assert ok(await alice.get(f"/Units/{first['id']}")) == changed
    assert ok(await alice.delete(f"/Units/{second['id']}")) == {"count": 1}
    assert ok(await alice.delete(f"/Units/{second['id']}")) == {"count": 0}
    assert (await alice.get(f"/Units/{second['id']}")).status_code == 401
    deleted = ok(await alice.get(f"/Units/{second['id']}", params={"filter[deleted]": "true"}))
    assert deleted["_isDeleted"] is True
    assert ok(await alice.get(f"{url}/count")) == {"count": 1}


async def test_everything_wrong_with_a_unit_is_said(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/units"
    wrong = {"name": " ", "email": "nobody", "IBAN": "BE1", "numberPrefix": "b 2"}
    everything = {"name": ["presence"], "email": ["format"], "IBAN": ["format"], "numberPrefix": ["format"]}
    assert faults(await alice.post(url, wrong)) == everything
    made = await unit(alice, organization, numberPrefix="B2")
    assert faults(await alice.post(url, ANTWERP | {"numberPrefix": "B2"})) == {"numberPrefix": ["uniqueness"]}
    assert faults(await alice.patch(f"/Units/{made['id']}", {"numberPrefix": "B3"})) == {"numberPrefix": ["immutable"]}
    ok(await alice.patch(f"/Units/{made['id']}", {"numberPrefix": "B2", "city": "Ghent"}))
    ok(await alice.delete(f"/Units/{made['id']}"))
    assert faults(await alice.post(url, ANTWERP | {"numberPrefix": "B2"})) == {"numberPrefix": ["uniqueness"]}
    # A prefix that somebody has written by hand would make the unit stumble over those numbers.
    await world.invoice(alice, organization, number="HAND-2026-00003")
    assert faults(await alice.post(url, ANTWERP | {"numberPrefix": "HAND"})) == {"numberPrefix": ["uniqueness"]}
    assert ok(await alice.get(f"{url}/count")) == {"count": 0}
    for free in ("HAN", "HANDS", "HAND-2026-00003", "H"):
        assert (await unit(alice, organization, numberPrefix=free))["numberPrefix"] == free


async def test_units_made_at_once_have_prefixes_of_their_own(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    made = await asyncio.gather(*[unit(alice, organization) for _ in range(6)])
    assert sorted(row["numberPrefix"] for row in made) == [f"U{number}" for number in range(1, 7)]


async def test_a_document_of_a_unit_has_its_address_and_its_number(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice, IBAN="BE68539007547034", address2="Hall 4")
    year, one = world.clock.now().year, await unit(alice, organization, numberPrefix="ANT")
    invoice = await world.invoice(alice, organization, unitId=one["id"])
    assert (invoice["unitId"], invoice["number"]) == (one["id"], f"ANT-{year}-00001")
    issuer = invoice["_documentIssuer"]
    assert (issuer["name"], issuer["address"], issuer["city"]) == ("ISA Antwerp", "Quay 2", "Antwerp")
    assert (issuer.get("address2"), issuer["IBAN"]) == ("", "BE68539007547034")
    assert (await world.invoice(alice, organization))["number"] == f"{year}-00001"
    assert (await world.invoice(alice, organization, unitId=one["id"]))["number"] == f"ANT-{year}-00002"
    estimate = await world.invoice(alice, organization, unitId=one["id"], type="estimate")
    assert estimate["number"] == f"ANT-{year}-00001"
    said = await world.invoice(alice, organization, unitId=one["id"], _documentIssuer={"name": "Said"})
    assert said["_documentIssuer"]["name"] == "Said"
    for asked, number in (("last", f"ANT-{year}-00003"), ("next", f"ANT-{year}-00004")):
        found = ok(await alice.get(f"/Units/{one['id']}/{asked}-doc-number", params={"type": "invoice"}))
        assert found == {"number": number}
    where = {"filter[where][unitId]": one["id"], "filter[where][type]": "invoice", "filter[order]": "number"}
    listed = ok(await alice.get(f"/Organizations/{organization['id']}/documents", params=where))
    assert [row["number"] for row in listed] == [f"ANT-{year}-0000{n}" for n in (1, 2, 3)]


async def test_two_units_at_once_leave_no_gap_and_meet_nowhere(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year, one, other = world.clock.now().year, await unit(alice, organization), await unit(alice, organization)
    made = await asyncio.gather(
        *[world.invoice(alice, organization, unitId=who["id"]) for who in (one, other) for _ in range(12)],
        *[world.invoice(alice, organization) for _ in range(12)],
    )
    wanted = [f"{prefix}{year}-{n:05d}" for prefix in ("", "U1-", "U2-") for n in range(1, 13)]
    assert sorted(row["number"] for row in made) == sorted(wanted)


async def test_own_numbers_carry_the_series_along_whose_form_they_have(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    one = await unit(alice, organization, numberPrefix="ANT")
    await world.invoice(alice, organization, unitId=one["id"], number="ANT-2026-00005", date="2026-03-01")
    await world.invoice(alice, organization, number="ANT-2026-00006", date="2026-03-01")
    await world.invoice(alice, organization, unitId=one["id"], number="2026-00009", date="2026-03-01")
    draft = await world.invoice(alice, organization, draft=True, number="ANT-2026-00007", date="2026-03-01")
    ok(await alice.post(f"/Documents/{draft['id']}/issue"))
    following = await world.invoice(alice, organization, unitId=one["id"], date="2026-03-01")
    assert following["number"] == "ANT-2026-00008"
    assert (await world.invoice(alice, organization, date="2026-03-01"))["number"] == "2026-00010"


async def test_a_draft_of_a_unit(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year, one, other = (
        world.clock.now().year,
        await unit(alice, organization),
        await unit(alice, organization, name="B"),
    )
    draft = await world.invoice(alice, organization, draft=True, unitId=one["id"])
    moved = ok(await alice.patch(f"/Documents/{draft['id']}", {"unitId": other["id"]}))
    assert (moved["unitId"], moved["_documentIssuer"]["name"]) == (other["id"], "B")
    assert ok(await alice.post(f"/Documents/{draft['id']}/issue"))["number"] == f"U2-{year}-00001"
    nobodys = await world.invoice(alice, organization, draft=True, unitId=one["id"])
    back = ok(await alice.patch(f"/Documents/{nobodys['id']}", {"unitId": None}))
    assert "unitId" not in back
    orphan = await world.invoice(alice, organization, draft=True, unitId=one["id"])
    ok(await alice.delete(f"/Units/{one['id']}"))
    assert faults(await alice.post(f"/Documents/{orphan['id']}/issue")) == {"unitId": ["inclusion"]}
    assert ok(await alice.post(f"/Documents/{nobodys['id']}/issue"))["number"] == f"{year}-00001"
    refused(await alice.patch(f"/Documents/{moved['id']}", {"unitId": None}), 422, "DOCUMENT_ISSUED")


async def test_a_unit_is_the_organizations_own(world: World) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    hers, his = await world.organization(alice), await world.organization(bob)
    one = await unit(alice, hers)
    url = f"/Organizations/{his['id']}/Documents"
    for nobodys in (one["id"], secrets.token_hex(12), "nonsense"):
        assert faults(await bob.post(url, world.rocket_man(unitId=nobodys))) == {"unitId": ["inclusion"]}
    carol, _ = await member(world, alice, hers)
    refused(await carol.post(f"/Organizations/{hers['id']}/units", ANTWERP), 401, "ADMIN_REQUIRED")
    ok(await carol.post(f"/Organizations/{hers['id']}/Documents", world.rocket_man(unitId=one["id"])))


async def test_a_unit_wears_its_own_pictures(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    one, other = await unit(alice, organization), await unit(alice, organization)
    svg = {"content-type": "image/svg+xml"}
    headers = {"Authorization": alice.token, **svg}
    for path, size in ((f"/Organizations/{organization['id']}", 1), (f"/Units/{one['id']}", 2)):
        sent = await world.http.post(f"{path}/images?type=logo", content=LOGO.format(size), headers=headers)
        assert ok(sent) is True
    assert LOGO.format(2) == (await alice.get(f"/Units/{one['id']}/images?type=logo")).text
    assert (await alice.get(f"/Units/{other['id']}/images?type=logo")).status_code == 404
    assert faults(await alice.get(f"/Units/{one['id']}/images?type=face")) == {"type": ["inclusion"]}

    async def shown(unit_id: str | None) -> str:
        invoice = await world.invoice(alice, organization, unitId=unit_id)
        link = ok(await alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
        paper = await alice.get(f"/Documents/{invoice['id']}/pdf")
        assert invoice["number"] in PdfReader(BytesIO(paper.content)).pages[0].extract_text()
        page = await world.http.get(f"{world.base_url}/i/{link}")
        assert f"/i/{link}/logo" in page.text
        return (await world.http.get(f"{world.base_url}/i/{link}/logo")).text

    assert await shown(one["id"]) == LOGO.format(2)
    assert await shown(other["id"]) == await shown(None) == LOGO.format(1)
    assert ok(await alice.delete(f"/Units/{one['id']}/images?type=logo")) is True
    assert await shown(one["id"]) == LOGO.format(1)


async def test_a_logo_of_a_unit_is_shown_where_the_organization_has_none(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    one = await unit(alice, organization)
    headers = {"Authorization": alice.token, "content-type": "image/svg+xml"}
    ok(await world.http.post(f"/Units/{one['id']}/upload-image?type=logo", content=LOGO.format(5), headers=headers))
    for unit_id, has_logo in ((one["id"], True), (None, False)):
        invoice = await world.invoice(alice, organization, unitId=unit_id)
        link = ok(await alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
        page = await world.http.get(f"{world.base_url}/i/{link}")
        assert (f"/i/{link}/logo" in page.text) is has_logo


async def test_credit_notes_of_a_units_invoice_are_the_units(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    year, one = world.clock.now().year, await unit(alice, organization, numberPrefix="ANT")
    invoice = await world.invoice(alice, organization, unitId=one["id"])
    ok(await alice.post(f"/Documents/{invoice['id']}/cancel"))
    where = {"filter[where][type]": "credit-note"}
    [note] = ok(await alice.get(f"/Organizations/{organization['id']}/documents", params=where))
    assert (note["unitId"], note["number"]) == (one["id"], f"ANT-{year}-00001")
    assert note["_documentIssuer"]["name"] == "ISA Antwerp"
    # What a closed unit issued can be credited still: the organization counts then.
    closed = await world.invoice(alice, organization, unitId=one["id"])
    ok(await alice.delete(f"/Units/{one['id']}"))
    ok(await alice.post(f"/Documents/{closed['id']}/cancel"))
    notes = ok(await alice.get(f"/Organizations/{organization['id']}/documents", params=where))
    assert {row["number"] for row in notes} == {f"ANT-{year}-00001", f"{year}-00001"}


async def test_the_books_of_a_unit_prove_themselves(world: World, database_url: str, tmp_path: Path) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    one = await unit(alice, organization, numberPrefix="ANT")
    for changes in ({}, {"number": "ANT-2026-00004"}, {"unitId": None}, {"number": "HAND-2026-00002"}):
        await world.invoice(alice, organization, **{"unitId": one["id"], "date": "2026-03-01"} | changes)
    books = tmp_path / "books"
    made = billhook("export", "--organization", organization["id"], "--to", books, database_url=database_url)
    assert made.returncode == 0, made.stderr
    proved = billhook("export", "--verify", books)
    assert proved.returncode == 0, proved.stdout
    [gap] = json.loads((books / "manifest.json").read_bytes())["gaps"]
    assert (gap["series"], gap["first"], gap["last"]) == (one["id"], 2, 3)


async def test_blanks_around_an_own_number_do_not_hide_it_from_the_counter(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    branch = await unit(alice, organization, numberPrefix="B2")
    year = world.clock.now().year
    assert (await world.invoice(alice, organization, number=f"B2-{year}-00001 "))["number"] == f"B2-{year}-00001"
    assert (await world.invoice(alice, organization, unitId=branch["id"]))["number"] == f"B2-{year}-00002"


async def test_a_credit_note_is_numbered_by_the_unit_of_its_invoice(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    branch = await unit(alice, organization, numberPrefix="B2")
    first, second = [await world.invoice(alice, organization, unitId=branch["id"]) for _ in range(2)]
    notes = [ok(await alice.post(f"/Documents/{first['id']}/credit"))]
    said = {"type": "credit-note", "previousDocumentId": second["id"]}
    notes.append(ok(await alice.post(f"/Organizations/{organization['id']}/Documents", said)))
    year = world.clock.now().year
    assert [note["number"] for note in notes] == [f"B2-{year}-00001", f"B2-{year}-00002"]
    assert {note["unitId"] for note in notes} == {branch["id"]}
