"""Programs in the dashboard over HTTP: given credentials, shown once, revoked; and what others were allowed."""

import re

import httpx
import pytest

from billhook.pages.consent_words import consent_words_in
from billhook.pages.dashboard_words import words_in
from tests.integration import dashboard_cast
from tests.integration import test_oauth as oauth
from tests.integration.billing_desk import INVOICES
from tests.integration.dashboard_cast import led_to, shows, sign_in
from tests.integration.test_oauth import Partner
from tests.world import World

partner, web = oauth.partner, dashboard_cast.web
EN = consent_words_in("en")
HERE = "/dashboard/api-clients"


async def test_credentials_are_given_shown_once_and_revoked(
    world: World, partner: Partner, web: httpx.AsyncClient
) -> None:
    assert led_to(await web.get(HERE)) == f"/sign-in?to={HERE}"
    assert led_to(await web.post(HERE, data={"deed": "make"})).startswith("/sign-in")
    await sign_in(web, partner.alice)
    assert led_to(await web.get("/api-clients")) == HERE
    assert HERE in shows(await web.get("/dashboard"), words_in("en").programs)
    shows(await web.get(HERE), EN.none)
    bad = await web.post(HERE, data={"deed": "make", "label": "Till", "redirect": "http://evil.example"})
    assert (bad.status_code, EN.wrong_redirect in bad.text) == (422, True)
    made = shows(await web.post(HERE, data={"deed": "make", "label": "Till <1>", "redirect": ""}), "Till &lt;1&gt;")
    client_id, secret, network = re.findall(r"<dd><code>([^<]+)</code>", made)
    assert network == partner.network
    assert secret not in shows(await web.get(HERE), client_id, secret[-4:])
    assert (await world.http.get(f"{partner.url}{INVOICES}", auth=(client_id, secret))).status_code == 200
    row = re.findall(r'name="client" value="([^"]+)"', made)[0]
    for _ in range(2):  # the second press finds it done
        assert led_to(await web.post(HERE, data={"deed": "revoke", "client": row})) == HERE
    assert client_id not in shows(await web.get(HERE), EN.none)
    assert (await world.http.get(f"{partner.url}{INVOICES}", auth=(client_id, secret))).status_code == 401


async def test_what_a_program_was_allowed_is_taken_back_by_who_allowed_it(
    world: World, partner: Partner, web: httpx.AsyncClient
) -> None:
    allowed = (await partner.tokens())["access_token"]
    await sign_in(web, partner.alice)
    shown = shows(await web.get(HERE), EN.allowed_title, "Desk planner")
    permission = re.findall(r'name="permission" value="([^"]+)"', shown)[0]
    async with httpx.AsyncClient(base_url=partner.url, headers=web.headers) as other:
        await sign_in(other, await world.actor("bob"))
        assert led_to(await other.post(HERE, data={"deed": "disallow", "permission": permission})) == HERE
    assert (await partner.call(allowed)).status_code == 200
    assert led_to(await web.post(HERE, data={"deed": "disallow", "permission": permission})) == HERE
    assert (await partner.call(allowed)).status_code == 401


@pytest.mark.parametrize("language", ["de", "fr", "nl", "sl"])
async def test_every_language_of_the_pages_has_it(world: World, web: httpx.AsyncClient, language: str) -> None:
    await sign_in(web, await world.actor())
    words, own = words_in(language), consent_words_in(language)
    shows(await web.get(f"{HERE}?l={language}"), f"<h1>{words.programs}</h1>", own.none, own.make)
