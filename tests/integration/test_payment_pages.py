"""The payer's way over HTTP: from the invoice to the provider's page and back, without a script."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from billhook import delivery
from billhook.db import Database
from billhook.kernel import ids
from billhook.pages.payment_words import SPOKEN, words_in
from tests.integration import shop as shops
from tests.integration.payment_desk import ok
from tests.integration.shop import CHALLENGED, GOOD, POOR, Shop

shop = shops.shop
EN = words_in("en")


@pytest.fixture
async def web(base_url: str) -> Any:
    async with httpx.AsyncClient(base_url=base_url, headers={"accept": "text/html"}) as client:
        yield client


def path_of(answer: httpx.Response) -> str:
    """Where a page leads."""
    assert answer.status_code == 303, answer.text
    url = urlsplit(answer.headers["location"])
    return url.path


def title(page: httpx.Response) -> str:
    [found] = re.findall(r"<h1>(.*?)</h1>", page.text)
    return str(found)


def card(number: str = GOOD, **changes: str) -> dict[str, str]:
    return {"number": number, "expiry": "12/40", "cvc": "123"} | changes


async def test_from_the_invoice_to_the_receipt(shop: Shop, web: httpx.AsyncClient) -> None:
    document, link = await shop.invoice()
    page = await web.get(f"/i/{link}")
    assert f'action="/i/{link}/pay?l=en"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    at_provider = path_of(await web.post(f"/i/{link}/pay"))
    assert path_of(await web.post(f"/i/{link}/pay")) == at_provider  # a double click, a second tab
    form = await web.get(at_provider)
    assert title(form) == "Pay International Space Agency"
    assert "<script" not in form.text
    refused = await web.post(at_provider, data=card(POOR))
    assert (refused.status_code, "There is not enough money" in refused.text) == (422, True)
    assert POOR not in refused.text
    asked = path_of(await web.post(at_provider, data=card(CHALLENGED)))
    assert asked == f"{at_provider}/challenge"
    assert title(await web.get(asked)) == "Your bank asks: is it you?"
    assert path_of(await web.post(asked, data={"answer": "no"})) == at_provider
    path_of(await web.post(at_provider, data=card(CHALLENGED)))
    back = path_of(await web.post(asked, data={"answer": "yes"}))
    receipt = await web.get(back)
    assert title(receipt) == EN.succeeded_title
    assert f'href="/i/{link}"' in receipt.text
    assert await shop.totals(document) == (12100, 0, True)
    paid = await web.get(f"/i/{link}")
    assert f"/i/{link}/pay" not in paid.text
    assert path_of(await web.post(f"/i/{link}/pay")) == f"/i/{link}"  # the back button
    assert path_of(await web.post(at_provider, data=card())) == back
    assert len(await shop.payments()) == 1


async def test_a_payment_page_stands_alone(shop: Shop, web: httpx.AsyncClient) -> None:
    intent = await shop.intent(reference="<b>Order 7</b>", allowRecurring=True)
    path = urlsplit(intent["paymentLink"]).path
    page = await web.get(path)
    assert title(page) == "Payment to International Space Agency"
    assert "€100.00" in page.text
    assert "&lt;b&gt;Order 7" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    unwilling = await web.post(path)
    assert (unwilling.status_code, EN.consent_missing in unwilling.text) == (422, True)
    at_provider = path_of(await web.post(path, data={"consent": "yes"}))
    receipt = await web.get(path_of(await web.post(at_provider, data=card())))
    assert '<meta http-equiv="refresh" content="0;url=https://example.com/payment-successful">' in receipt.text
    assert "https://example.com/payment-successful" in receipt.text
    owner = await asyncpg.connect(shop.world.database.url)
    kept = await owner.fetchval("select consent from processing.intent where id = $1", ids.to_uuid(intent["id"]))
    await owner.close()
    consent = json.loads(kept)
    assert (consent["version"], consent["address"]) == ("2026-11", "127.0.0.1")


@pytest.mark.parametrize("language", SPOKEN)
async def test_a_payer_is_spoken_to(shop: Shop, web: httpx.AsyncClient, language: str) -> None:
    words = words_in(language)
    intent = await shop.intent()
    path = urlsplit(intent["paymentLink"]).path
    page = await web.get(path, headers={"accept-language": language})
    assert f'<html lang="{language}"' in page.text
    assert words.pay in page.text
    ok(await shop.alice.post(f"/payment-intents/{intent['id']}/cancel"))
    assert title(await web.get(path, params={"l": language})) == words.canceled_title


async def test_a_link_that_leads_nowhere(web: httpx.AsyncClient) -> None:
    for path in ("/pay/x", f"/pay/{'x' * 24}", f"/sandbox/pay/{'x' * 24}", f"/sandbox/onboard/{'x' * 24}"):
        assert (await web.get(path)).status_code == 404
        assert (await web.post(path)).status_code == 404
    assert (await web.post(f"/i/{'x' * 24}/pay")).status_code == 404


async def test_a_payment_that_is_over_asks_for_nothing(shop: Shop, web: httpx.AsyncClient) -> None:
    intent = await shop.intent()
    path = urlsplit(intent["paymentLink"]).path
    await shop.work(minutes=25 * 60)
    page = await web.get(path)
    assert (title(page), "<form" in page.text) == (EN.expired_title, False)
    assert path_of(await web.post(path)) == path


async def test_the_button_goes_when_charges_are_switched_off(shop: Shop, web: httpx.AsyncClient) -> None:
    _, link = await shop.invoice()
    intent = await shop.intent()
    ok(await shop.alice.post(f"{shop.of_organization}/merchant/sandbox/approve", {"refused": "Documents are missing."}))
    merchant = ok(await shop.alice.get(f"{shop.of_organization}/merchant"))
    assert (merchant["chargesEnabled"], merchant["reason"]) == (False, "Documents are missing.")
    assert f"/i/{link}/pay" not in (await web.get(f"/i/{link}")).text
    page = await web.get(urlsplit(intent["paymentLink"]).path)
    assert (title(page), "<form" in page.text) == (EN.disabled_title, False)


async def test_an_invoice_that_was_paid_otherwise_is_not_paid_again(shop: Shop, web: httpx.AsyncClient) -> None:
    for begun in (False, True):
        document, link = await shop.invoice()
        intent = await shop.collect(link)
        if begun:
            await shop.pay(intent, POOR)
        ok(await shop.alice.post(f"/Documents/{document['id']}/payments", {"type": "bank"}))
        path = urlsplit(intent["paymentLink"]).path
        assert path_of(await web.post(path)) == path
        page = await web.get(path)
        assert (title(page), f'href="/i/{link}"' in page.text) == (EN.canceled_title, True)
        assert await shop.totals(document) == (12100, 0, True)


async def test_the_mail_of_an_invoice_leads_to_where_it_is_paid(shop: Shop, database: Database) -> None:
    document, link = await shop.invoice()
    ok(await shop.alice.post(f"/Documents/{document['id']}/send", {"recipients": [f"{link}@example.com"]}))
    await shop.work()
    async with database.open() as tx:
        [sent] = [mail for mail in await delivery.caught(tx) if f"{link}@example.com" in mail.recipients]
        raw = await delivery.caught_mail(tx, sent.id)
    assert raw is not None
    mail = delivery.open_mail(raw.raw)
    assert "Pay now" in mail.text
    assert f"/i/{link}" in mail.text


async def test_too_little_to_be_paid_online_shows_no_button(shop: Shop, web: httpx.AsyncClient) -> None:
    _, link = await shop.invoice(_documentItems=[{"name": "Sweet", "price": 0.2}])
    assert f"/i/{link}/pay" not in (await web.get(f"/i/{link}")).text


async def test_a_seller_is_onboarded_by_its_form(shop: Shop, web: httpx.AsyncClient) -> None:
    organization = await shop.world.organization(shop.alice)
    path = f"/Organizations/{organization['id']}/merchant"
    ok(await shop.alice.post(path))
    form = urlsplit(ok(await shop.alice.get(f"{path}/link"))["url"]).path
    assert "<script" not in (await web.get(form)).text
    assert (await web.post(form, data={"outcome": "approved"})).status_code == 422  # did not agree
    for outcome, enabled in (("refused", False), ("approved", True)):
        assert (await web.post(form, data={"agree": "yes", "outcome": outcome})).status_code == 200
        await shop.work()
        assert ok(await shop.alice.get(path))["chargesEnabled"] == enabled


async def test_a_form_that_says_nothing_is_refused_kindly(shop: Shop, web: httpx.AsyncClient) -> None:
    _, link = await shop.invoice()
    at_provider = path_of(await web.post(f"/i/{link}/pay"))
    for body in (b"", b"{}", b"\xff\xfe", b"number[]=1", b"number=%00"):
        answer = await web.post(
            at_provider, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert (answer.status_code, "The card number is not right." in answer.text) == (422, True)
    real = await web.post(at_provider, data=card("4929420573595709"))
    assert "not a test card" in real.text
    assert "4929420573595709" not in real.text
