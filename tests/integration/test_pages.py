"""The hosted pages over HTTP: what a link shows and to whom, headers, pictures, colours, files, refusals."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import asyncpg
import httpx
import pytest

from billhook.db import Database
from billhook.kernel import ids
from billhook.pages.theme import theme_of
from tests.world import Actor, World

BANK = {"IBAN": "BE68539007547034", "SWIFT": "GKCCBEBB"}
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><rect width="4" height="1" fill="#7a2e8f"/></svg>'
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture
async def web(base_url: str) -> Any:
    async with httpx.AsyncClient(base_url=base_url, headers=BROWSER) as client:
        yield client


async def shared(world: World, **changes: Any) -> tuple[Actor, dict[str, Any], str]:
    """An invoice of an organization with a bank account, and the path of its page."""
    alice = await world.actor()
    organization = await world.organization(alice, **BANK)
    invoice = await world.invoice(alice, organization, **changes)
    return alice, invoice, await share(alice, invoice)


async def share(actor: Actor, document: dict[str, Any], **body: Any) -> str:
    link = await actor.post(f"/Documents/{document['id']}/share", body)
    assert link.status_code == 200, link.text
    return f"/i/{link.json()['shareableId']}"


def badge(page: httpx.Response) -> str:
    found = re.search(r'<p class="badge badge-(\w+)">', page.text)
    return found[1] if found else ""


async def test_a_link_shows_the_document_and_keeps_it_to_itself(world: World, web: httpx.AsyncClient) -> None:
    _, invoice, path = await shared(world)
    page = await web.get(path)
    assert page.status_code == 200
    assert f"<title>Invoice {invoice['number']} – International Space Agency</title>" in page.text
    assert "Space suit" in page.text
    assert badge(page) == "due"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in page.headers
    head = await web.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_a_page_takes_six_round_trips(world: World, web: httpx.AsyncClient, database: Database) -> None:
    """The first time, when it is noted that it was seen."""
    _, _, path = await shared(world)
    before = database.round_trips
    await web.get(path)
    assert database.round_trips - before == 6


async def test_all_of_a_page_weighs_little(world: World, web: httpx.AsyncClient) -> None:
    _, _, path = await shared(world)
    page = await web.get(path)
    parts = [f"{path}/qr.svg", *re.findall(r'<link rel="[a-z]+" href="([^"]+)"', page.text)]
    assert len(parts) == 4
    answers = [await web.get(part) for part in parts]
    assert {answer.status_code for answer in answers} == {200}
    assert len(page.content) + sum(len(answer.content) for answer in answers) < 50_000


async def test_a_new_link_closes_the_old_one(world: World, web: httpx.AsyncClient) -> None:
    alice, invoice, path = await shared(world)
    fresh = await share(alice, invoice, regenerate=True)
    assert fresh != path
    assert (await web.get(fresh)).status_code == 200
    for lost in (path, f"{path}/logo", f"{path}/qr.svg"):
        assert (await web.get(lost)).status_code == 404


@pytest.mark.parametrize("link", ["unknownunknownunknown123", "x", "%00", "%F0%9F%98%80", "..%2f..", "a" * 3000])
async def test_a_link_that_leads_nowhere_is_a_page(web: httpx.AsyncClient, link: str) -> None:
    page = await web.get(f"/i/{link}", headers={"accept-language": "sl-SI,en;q=0.5"})
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == POLICY
    assert '<html lang="sl" dir="ltr">' in page.text
    assert "Ta stran ne obstaja" in page.text


async def test_a_browser_that_is_lost_gets_a_page_and_a_program_the_envelope(web: httpx.AsyncClient) -> None:
    lost = await web.get("/nowhere")
    assert (lost.status_code, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for path, accept in (("/nowhere", "*/*"), ("/v1/nowhere", BROWSER["accept"])):
        refused = await web.get(path, headers={"accept": accept})
        assert refused.status_code == 404
        assert refused.json()["error"]["code"] == "ROUTE_NOT_FOUND"


async def test_the_clock_decides_what_is_overdue(world: World, web: httpx.AsyncClient) -> None:
    _, _, path = await shared(world)
    month = timedelta(days=32)
    world.clock.move(month)
    try:
        page = await web.get(path)
    finally:
        world.clock.move(-month)
    assert badge(page) == "overdue"
    assert "Overdue since" in page.text
    assert badge(await web.get(path)) == "due"


async def test_payments_are_shown_and_what_remains(world: World, web: httpx.AsyncClient) -> None:
    _, _, path = await shared(world, payments=[{"type": "bank", "amount": 4000, "note": "for our eyes only"}])
    page = await web.get(path)
    assert badge(page) == "partly_paid"
    assert "€8,100.00" in page.text
    assert "Bank transfer" in page.text
    assert "our eyes only" not in page.text
    _, _, path = await shared(world, payments=[{"type": "card"}])
    page = await web.get(path)
    assert badge(page) == "paid"
    assert "Thank you. This invoice has been paid." in page.text
    assert (await web.get(f"{path}/qr.svg")).status_code == 404


async def test_an_invoice_below_zero_is_not_paid_by_itself(world: World, web: httpx.AsyncClient) -> None:
    back = [{"name": "Returned suit", "quantity": -1, "price": 100, "_documentItemTaxes": []}]
    _, _, path = await shared(world, _documentItems=back)
    page = await web.get(path)
    assert badge(page) == ""
    assert "Paid" not in page.text


async def test_a_canceled_document_says_so(world: World, web: httpx.AsyncClient, database_url: str) -> None:
    _, invoice, path = await shared(world)
    owner = await asyncpg.connect(database_url)
    await owner.execute("update documents.document set canceled = true where id = $1", ids.to_uuid(invoice["id"]))
    await owner.close()
    page = await web.get(path)
    assert badge(page) == "canceled"
    assert "Please do not pay it." in page.text
    assert "BE68" not in page.text
    assert (await web.get(f"{path}/qr.svg")).status_code == 404


async def test_the_reader_chooses_the_language(world: World, web: httpx.AsyncClient) -> None:
    _, _, path = await shared(world)
    own, german, unknown = [await web.get(path, params=query) for query in ({}, {"l": "de"}, {"l": "tlh"})]
    assert '<html lang="en' in own.text
    assert '<html lang="de" dir="ltr">' in german.text
    assert "12.100,00" in german.text
    assert "PDF herunterladen" in german.text
    assert unknown.text == own.text
    pdf = re.search(r'class="button" href="([^"]+)" download', german.text)
    assert pdf is not None
    assert pdf[1].endswith("/pdf?l=de")


async def test_the_code_pays_what_is_due_and_is_asked_about_again(world: World, web: httpx.AsyncClient) -> None:
    _, _, path = await shared(world)
    code = await web.get(f"{path}/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.headers["cache-control"] == "private, no-cache"
    assert "sandbox" in code.headers["content-security-policy"]
    assert ET.fromstring(code.text).tag.endswith("svg")
    again = await web.get(f"{path}/qr.svg", headers={"if-none-match": code.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await web.get(f"{path}/qr.svg", headers={"if-none-match": '"another"'})
    assert (other.status_code, other.content) == (200, code.content)


async def test_the_logo_is_the_organization_s(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    path = await share(alice, await world.invoice(alice, organization))
    assert (await web.get(f"{path}/logo")).status_code == 404
    assert f"{path}/logo" not in (await web.get(path)).text
    headers = {"authorization": alice.token, "content-type": "image/svg+xml"}
    await world.http.post(f"/Organizations/{organization['id']}/images?type=logo", content=LOGO, headers=headers)
    assert f'<img src="{path}/logo" alt="International Space Agency">' in (await web.get(path)).text
    logo = await web.get(f"{path}/logo")
    assert (logo.content, logo.headers["content-type"]) == (LOGO, "image/svg+xml")
    assert logo.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert logo.headers["x-content-type-options"] == "nosniff"
    again = await web.get(f"{path}/logo", headers={"if-none-match": logo.headers["etag"]})
    assert again.status_code == 304


async def test_the_accent_is_the_organization_s_colour(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    path = await share(alice, await world.invoice(alice, organization))
    settings = (await alice.get(f"/Organizations/{organization['id']}/defaults")).json()
    colour = next(setting for setting in settings if setting["name"] == "color_main")
    changed = await alice.patch(f"/Defaults/{colour['id']}", {"value": "ffd000"})
    assert changed.status_code == 200, changed.text
    theme = theme_of("ffd000")
    assert f'<link rel="stylesheet" href="{theme.url}">' in (await web.get(path)).text
    sheet = await web.get(theme.url)
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert f"--accent:#{theme.light}" in sheet.text
    assert f"--accent:#{theme.dark}" in sheet.text


@pytest.mark.parametrize("name", ["0b6e4f.css", "0b6e4f-red.css", "0b6e4f-4fa98a.css.js", "0B6E4F-4FA98A.css"])
async def test_a_theme_is_two_colours_and_nothing_else(web: httpx.AsyncClient, name: str) -> None:
    assert (await web.get(f"/theme/{name}")).status_code == 404


async def test_files_may_be_kept_for_ever_under_the_hash_of_what_they_hold(web: httpx.AsyncClient) -> None:
    page = await web.get("/i/unknownunknownunknown123")
    address = re.search(r'href="(/static/[0-9a-f]{16}/pages\.css)"', page.text)
    assert address is not None
    sheet = await web.get(address[1])
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert not re.search(r"@import|url\(|https?:", sheet.text)
    older = await web.get("/static/0123456789abcdef/pages.css")
    assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")
    for path in ("/static/x/none.css", "/static/x/..%2f__init__.py", "/static/x/%2e%2e"):
        assert (await web.get(path)).status_code == 404


async def test_icons_and_robots_find_what_they_look_for(web: httpx.AsyncClient) -> None:
    icon = await web.get("/favicon.ico")
    assert (icon.status_code, icon.content[:4]) == (200, b"\0\0\1\0")
    robots = await web.get("/robots.txt")
    assert robots.text.splitlines() == ["User-agent: *", "Allow: /i/", "Disallow: /"]


async def test_pages_are_not_part_of_the_api_s_description(web: httpx.AsyncClient) -> None:
    description = await web.get("/openapi.json", headers={"accept": "application/json"})
    assert description.status_code == 200
    assert not [path for path in description.json()["paths"] if path.startswith(("/i/", "/static", "/theme"))]


async def test_a_language_nobody_writes_makes_no_paper_of_its_own(
    world: World, web: httpx.AsyncClient, database_url: str
) -> None:
    _, invoice, path = await shared(world)
    link = path.removeprefix("/i/")
    papers = []
    for language in ("de", "de-aaa", "DE-x1", "de_zz"):
        page = await web.get(path, params={"l": language})
        assert '<html lang="de"' in page.text
        paper = await world.http.get(f"/Documents/public/{link}/pdf", params={"l": language})
        assert paper.status_code == 200, paper.text
        papers.append(paper.content)
    assert papers == papers[:1] * 4
    connection = await asyncpg.connect(database_url)
    try:
        sql = "select language from documents.rendering where document_id = $1"
        assert [row["language"] for row in await connection.fetch(sql, ids.to_uuid(invoice["id"]))] == ["de"]
    finally:
        await connection.close()
