"""The dashboard over HTTP: who gets in, whose things are shown, and the seed's way from Set up to chargesEnabled."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from billhook.pages.dashboard_words import words_in
from tests.integration import dashboard_cast
from tests.integration import shop as shops
from tests.integration.dashboard_cast import led_to, shows, sign_in
from tests.integration.payment_desk import code, ok
from tests.integration.shop import Shop
from tests.world import PASSWORD, World

shop, web = shops.shop, dashboard_cast.web
EN = words_in("en")
PROCESSING = "/dashboard/payment-processing"
FORM = {
    "business": "Agency Ltd",
    "website": "https://agency.example",
    "country": "Belgium",
    "person": "Ann",
    "agree": "yes",
}


async def test_a_person_signs_in_and_out(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    for path in ("/dashboard", PROCESSING):
        assert led_to(await web.get(path)) == f"/sign-in?to={path}"
    wrong = await sign_in(web, alice, "not the password")
    assert (wrong.status_code, EN.wrong_login in wrong.text, "set-cookie" in wrong.headers) == (401, True, False)
    answer = await sign_in(web, alice)
    assert led_to(answer) == "/dashboard"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    shows(await web.get("/dashboard"), alice.account["email"], EN.none_yet)
    assert led_to(await web.get("/sign-in?to=/docs")) == "/docs"
    token = web.cookies["billhook_session"]
    assert (await world.http.get(f"/Accounts/{alice.id}", headers={"authorization": token})).status_code == 200
    assert (
        await world.http.get(f"/Accounts/{alice.id}", headers={"cookie": f"billhook_session={token}"})
    ).status_code == 401
    assert led_to(await web.post("/sign-out")) == "/sign-in"
    assert "billhook_session" not in web.cookies
    assert (await world.http.get(f"/Accounts/{alice.id}", headers={"authorization": token})).status_code == 401


async def test_a_session_ends_after_half_a_day(world: World, web: httpx.AsyncClient) -> None:
    await sign_in(web, await world.actor())
    world.clock.move(timedelta(hours=13))
    assert led_to(await web.get("/dashboard")) == "/sign-in?to=/dashboard"


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/dashboard\\@evil.example", "/i/x", ""])
async def test_nobody_is_led_away_by_signing_in(world: World, web: httpx.AsyncClient, to: str) -> None:
    alice = await world.actor()
    body = {"email": alice.account["email"], "password": PASSWORD}
    assert led_to(await web.post("/sign-in", params={"to": to}, data=body)) == "/dashboard"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_a_form_of_another_site_does_nothing(
    world: World, web: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    alice = await world.actor()
    refused = await web.post("/sign-in", data={"email": alice.account["email"], "password": PASSWORD}, headers=headers)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    await sign_in(web, alice)
    body = {"fee": "1", "return_url": ""}
    assert led_to(await web.post(f"{PROCESSING}/set-up", data=body, headers=headers)).startswith("/sign-in")
    await web.post("/sign-out", headers=headers)
    assert code(await alice.get("/payment-processing")) == "MODEL_NOT_FOUND"
    assert led_to(await web.post(f"{PROCESSING}/set-up", data=body, headers={"sec-fetch-site": "same-origin"}))
    assert ok(await alice.get("/payment-processing"))["applicationFee"] == 1


async def test_the_seeds_way_from_set_up_to_a_pay_button(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    invoice = await world.invoice(alice, organization)
    link = ok(await alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
    await sign_in(web, alice)
    of_organization = f"/dashboard/organizations/{organization['id']}"
    own = f"{of_organization}/payment-processing"
    assert f'href="{own}"' not in shows(await web.get(of_organization), organization["name"])
    assert (await web.get(own)).status_code == 404

    shows(await web.get(PROCESSING), EN.box_title, EN.set_up)
    form = f"{PROCESSING}/set-up"
    wrong = await web.post(form, data={"fee": "101", "return_url": "nowhere"})
    assert wrong.status_code == 422
    assert [text in wrong.text for text in (EN.wrong_fee, EN.wrong_url)] == [True, True]
    body = {"fee": "1,5", "return_url": "https://example.com/thanks"}
    assert led_to(await web.post(form, data=body)) == PROCESSING
    shows(await web.get(PROCESSING), EN.open_form, "1.5", "https://example.com/thanks")
    about = ok(await alice.get("/payment-processing"))
    assert (about["approved"], about["applicationFee"]) == (False, 1.5)

    shows(await web.get(own), EN.begin)
    assert led_to(await web.post(f"{own}/onboarding")).startswith(f"{world.base_url}/sandbox/onboard/")
    ok(await alice.post(f"/Organizations/{organization['id']}/merchant/sandbox/approve"))
    shows(await web.get(own), "not verified yet")
    assert "Pay now" not in (await web.get(f"/i/{link}")).text

    verification = f"{PROCESSING}/verification"
    wrong = await web.post(verification, data=FORM | {"website": "nowhere", "country": "Atlantis", "person": " "})
    assert wrong.status_code == 422
    assert re.findall(r'id="wrong-(\w+)"', wrong.text) == ["website", "country", "person"]
    assert led_to(await web.post(verification, data=FORM | {"outcome": "refused"})) == PROCESSING
    shows(await web.get(PROCESSING), EN.refused, EN.open_form)
    assert led_to(await web.post(verification, data=FORM | {"outcome": "approved"})) == PROCESSING
    shows(await web.get(PROCESSING), EN.approved)
    assert ok(await alice.get("/payment-processing"))["approved"]
    shows(await web.get(of_organization), f'href="{own}"')
    shows(await web.get(own), EN.enabled)
    assert "Pay now" in (await web.get(f"/i/{link}")).text


async def test_an_organization_is_onboarded_and_learns_why_it_may_not_charge(
    shop: Shop, world: World, web: httpx.AsyncClient
) -> None:
    organization = await world.organization(shop.alice)
    invoice = await world.invoice(shop.alice, organization)
    link = ok(await shop.alice.post(f"/Documents/{invoice['id']}/share"))["shareableId"]
    await sign_in(web, shop.alice)
    own = f"/dashboard/organizations/{organization['id']}/payment-processing"

    async def has_button() -> bool:
        return "Pay now" in (await web.get(f"/i/{link}")).text

    form = urlsplit(led_to(await web.post(f"{own}/onboarding"))).path
    shows(await web.get(own), EN.go_on, "The onboarding form has not been sent yet.")
    await shop.trouble(notices="lost")  # the page asks the provider itself
    assert (await web.post(form, data={"agree": "yes", "outcome": "refused"})).status_code == 200
    shows(await web.get(own), "Documents are missing.")
    assert not await has_button()
    sent = await web.post(form, data={"agree": "yes", "outcome": "approved"})
    assert f'href="{world.base_url}{own}"' in sent.text
    shows(await web.get(own), EN.enabled)
    assert ok(await shop.alice.get(f"/Organizations/{organization['id']}/merchant"))["chargesEnabled"]
    assert await has_button()
    assert led_to(await web.post(f"{own}/switch", data={"active": "no"})) == own
    shows(await web.get(own), "The organization has switched it off.", EN.switch_on)
    assert not await has_button()
    await web.post(f"{own}/switch", data={"active": "yes"})
    assert led_to(await web.post(f"{PROCESSING}/switch", data={"active": "no"})) == PROCESSING
    shows(await web.get(own), "Payment processing is switched off.")
    assert not await has_button()
    await web.post(f"{PROCESSING}/switch", data={"active": "yes"})
    assert await has_button()


async def test_the_provider_s_form_leads_others_to_a_page_that_thanks(
    shop: Shop, world: World, web: httpx.AsyncClient
) -> None:
    organization = await world.organization(shop.alice)
    ok(await shop.alice.post(f"/Organizations/{organization['id']}/merchant"))
    form = ok(await shop.alice.get(f"/Organizations/{organization['id']}/merchant/link"))["url"]
    sent = await web.post(urlsplit(form).path, data={"agree": "yes", "outcome": "approved"})
    assert f'href="{world.base_url}/onboarded"' in sent.text
    shows(await web.get("/onboarded"), EN.done_title)


async def test_a_stranger_sees_nothing_of_it(shop: Shop, world: World, web: httpx.AsyncClient) -> None:
    bob = await world.actor("bob")
    await sign_in(web, bob)
    nowhere = f"{'0' * 23}1"
    for rest in ("", "/payment-processing", "/fees", "/fees.csv"):
        theirs = await web.get(f"/dashboard/organizations/{shop.id}{rest}")
        missing = await web.get(f"/dashboard/organizations/{nowhere}{rest}")
        assert theirs.status_code == missing.status_code == 404
        assert theirs.text == missing.text
    for rest in ("/onboarding", "/switch"):
        place = f"/dashboard/organizations/{shop.id}/payment-processing{rest}"
        assert (await web.post(place, data={"active": "no"})).status_code == 404
    assert ok(await shop.alice.get(f"{shop.of_organization}/merchant"))["active"]
    assert shop.id not in (await web.get("/dashboard")).text


async def test_a_child_account_is_told_who_sets_it_up(shop: Shop, world: World, web: httpx.AsyncClient) -> None:
    child = await world.actor("child", by=shop.alice)
    await sign_in(web, child)
    shows(await web.get(PROCESSING), EN.child)
    shows(await web.get(f"{PROCESSING}/set-up"), EN.child)
    refused = await web.post(f"{PROCESSING}/set-up", data={"fee": "1", "return_url": ""})
    assert refused.status_code == 404


async def test_fees_are_shown_month_by_month(shop: Shop, web: httpx.AsyncClient) -> None:
    await shop.pay(await shop.intent(amount=200))
    await shop.pay(await shop.intent(amount=5000, currencyId="JPY"))
    await sign_in(web, shop.alice)
    place = f"/dashboard/organizations/{shop.id}/fees"
    month = ok(await shop.alice.get(f"{shop.of_organization}/fee-statement"))["month"]
    shows(await web.get(place), f'value="{month}"', "€200.00", "€2.00", "€198.00", "¥5,000")
    shows(await web.get(f"{place}?month=2020-01"), EN.no_fees)
    shows(await web.get(f"{place}?month=never"), "€200.00")
    table = await web.get(f"{place}.csv?month={month}")
    assert table.text == (await shop.alice.get(f"{shop.of_organization}/fee-statement/csv")).text


async def test_examples_carry_the_token_of_who_is_signed_in(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    before = await web.get("/docs")
    assert 'href="/sign-in?to=/docs"' in before.text
    assert "$ACCESS_TOKEN" in before.text
    await sign_in(web, alice)
    page = await web.get("/docs")
    token = web.cookies["billhook_session"]
    assert page.headers["cache-control"] == "private, no-store"
    assert re.findall(r"(?:\$|env\.)ACCESS_TOKEN|environ\[\S*ACCESS_TOKEN", page.text) == []
    assert page.text.count(f"Authorization: {token}&#34;") > 60
    assert page.text.count(f"&#34;Authorization&#34;: &#34;{token}&#34;") > 60
    assert page.text.count(f"Authorization: &#34;{token}&#34;") > 60
    world.clock.move(timedelta(hours=13))
    assert (await web.get("/docs")).text == before.text


@pytest.mark.parametrize("language", ["de", "fr", "nl", "sl"])
async def test_it_speaks_five_languages(shop: Shop, web: httpx.AsyncClient, language: str) -> None:
    words: Any = words_in(language)
    assert words.language == language
    web.headers["accept-language"] = f"{language}, en;q=0.5"
    assert words.forgot in (await web.get("/sign-in")).text
    await sign_in(web, shop.alice)
    shows(await web.get("/dashboard"), f'<html lang="{language}"', words.organizations)
    shows(await web.get(PROCESSING), words.approved_text)
    shows(await web.get(f"{PROCESSING}/verification"), words.agree)
    shows(await web.get(f"/dashboard/organizations/{shop.id}/payment-processing"), words.enabled)
    shows(await web.get(f"/dashboard/organizations/{shop.id}/fees"), words.no_fees)
