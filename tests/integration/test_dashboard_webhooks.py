"""Webhooks in the dashboard over HTTP: added, switched, looked at, sent again, deleted; in every language of the pages."""

import re

import httpx
import pytest

from billhook.pages.webhook_words import webhook_words_in
from tests.integration import dashboard_cast
from tests.integration.access_cast import member, ok
from tests.integration.dashboard_cast import led_to, shows, sign_in
from tests.world import World

web = dashboard_cast.web
EN = webhook_words_in("en")


async def test_a_webhook_is_added_looked_at_and_deleted(world: World, web: httpx.AsyncClient) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    here = f"/dashboard/organizations/{organization['id']}/webhooks"
    await sign_in(web, alice)
    assert here in shows(await web.get(f"/dashboard/organizations/{organization['id']}"), EN.webhooks)
    shows(await web.get(here), EN.about, EN.none_yet)
    wrong = await web.post(here, data={"url": "http://127.0.0.1/", "events": "document.eaten"})
    assert wrong.status_code == 422
    assert [
        said
        for said in (EN.wrong_url, EN.wrong_events, "document.eaten")
        if said not in wrong.text.replace("&#39;", "'")
    ] == []
    added = shows(await web.post(here, data={"url": "https://example.com/x", "events": "client.*, *"}), EN.secret_once)
    secret = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", added)
    assert len(secret) == 1
    [webhook] = ok(await alice.get(f"/Organizations/{organization['id']}/webhooks"))
    assert (webhook["url"], webhook["events"]) == ("https://example.com/x", ["client.*", "*"])
    one = f"{here}/{webhook['id']}"
    assert one in shows(await web.get(here), EN.on)
    assert secret[0] not in shows(await web.get(one), webhook["secret"], EN.no_log)
    assert (
        re.findall(r"whsec_[A-Za-z0-9+/]{43}=", shows(await web.post(one, data={"deed": "rotate"}), EN.both_good))
        != secret
    )
    assert led_to(await web.post(one, data={"deed": "off"})) == one
    shows(await web.get(one), EN.off)
    await world.invoice(alice, organization)
    feed = f"/Organizations/{organization['id']}/events"
    [event] = ok(await alice.get(feed, params={"wait": 20, "limit": 1}))["events"]
    assert ok(await alice.post(f"/Webhooks/{webhook['id']}/redeliver", {"after": "0" * 24}))["count"] > 0
    assert f"{one}/{event['id']}" in shows(await web.get(one), EN.waiting, event["type"])
    shows(await web.get(f"{one}/{event['id']}"), EN.no_tries, event["type"], event["data"]["id"])
    assert led_to(await web.post(f"{one}/{event['id']}")) == f"{one}/{event['id']}"
    assert led_to(await web.post(one, data={"deed": "failed"})) == one
    assert led_to(await web.post(one, data={"deed": "on"})) == one
    shows(await web.get(one), EN.on)
    assert led_to(await web.post(one, data={"deed": "delete"})) == here
    shows(await web.get(here), EN.none_yet)


async def test_nobody_sees_or_does_what_is_not_his(world: World, web: httpx.AsyncClient) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    organization, his = await world.organization(alice), await world.organization(bob)
    said = {"url": "https://example.com/hers", "events": ["*"], "enabled": False}
    made = ok(await alice.post(f"/Organizations/{organization['id']}/webhooks", said))
    reader, _ = await member(world, alice, organization, "readonly")
    one = f"/dashboard/organizations/{organization['id']}/webhooks/{made['id']}"
    await sign_in(web, bob)
    for path in (one, f"/dashboard/organizations/{his['id']}/webhooks/{made['id']}", f"{one}x", f"{one}/{'0' * 24}"):
        for answer in (await web.get(path), await web.post(path, data={"deed": "delete"})):
            assert answer.status_code in (401, 404, 405), path
            assert "example.com/hers" not in answer.text
    await sign_in(web, reader)
    shows(await web.get(one), "example.com/hers")
    assert (await web.post(one, data={"deed": "rotate"})).status_code == 404
    assert ok(await alice.get(f"/Webhooks/{made['id']}"))["secret"][-4:] == made["secret"][-4:]


@pytest.mark.parametrize("language", ["en", "de", "fr", "nl", "sl"])
async def test_the_pages_speak_five_languages(world: World, web: httpx.AsyncClient, language: str) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await sign_in(web, alice)
    words = webhook_words_in(language)
    assert words.language == language
    shows(
        await web.get(f"/dashboard/organizations/{organization['id']}/webhooks?l={language}"), words.events, words.add
    )
