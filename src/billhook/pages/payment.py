"""The payment page: who asks for how much, the way to the provider's page, and what came of it. No script."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Response, post, route
from litestar.params import FromPath
from litestar.response import Redirect

from billhook import documents, processing
from billhook.documents import fill
from billhook.kernel import time
from billhook.kernel.colour import HOUSE
from billhook.kernel.problems import Kind, Problem
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.payment_words import CONSENT_VERSION, Words, words_in
from billhook.pages.refusals import language_of
from billhook.pages.rendering import HEADERS, POLICY, html
from billhook.pages.theme import theme_of
from billhook.processing import Consent, SharedIntent, Till
from billhook.web import BillhookRequest

_OPEN: Final = ("initiated", "requires_action")
_SHOWN: Final = (
    "text amount surcharge reference test action button consent error failure until way_on way_on_text onward".split()
)
_SHOWN_AS: Final = {"captured": "succeeded"}


def till_of(request: BillhookRequest) -> Till:
    """Return what journeys to a gateway need."""
    till: Till = request.app.state.till
    return till


@route(["/pay/{link:str}", "/pay/{link:str}/return"], http_method=READS)
async def payment(request: BillhookRequest, link: FromPath[str]) -> Response[Any]:
    """Show a payment: the way to pay it while it is open, else what came of it. Payers come back here, too.

    What is open in a form of the seller's has no page: its document has one, and another way to pay.
    """
    shared = await processing.look_shared(till_of(request), link)
    if shared.intent.embedded and shared.intent.status in _OPEN and shared.document_link:
        return Redirect(f"/i/{shared.document_link}", status_code=303, headers=dict(HEADERS))
    return _shown(request, shared)


@post("/pay/{link:str}", status_code=200)
async def pay(request: BillhookRequest, link: FromPath[str]) -> Response[Any]:
    """Lead the payer to the provider's page. Where later charges are meant, only who agrees to them."""
    till, shared = till_of(request), None
    agreed = (await form_fields(request)).get("consent") == "yes"
    address = request.client.host if request.client else ""
    consent = Consent(CONSENT_VERSION, till.database.clock.now(), address) if agreed else None
    if not agreed:
        shared = await processing.look_shared(till, link)
        if shared.intent.allow_recurring and shared.intent.consent is None and shared.intent.status in _OPEN:
            return _shown(request, shared, error=True)
    return await lead(request, till, link, consent)


async def lead(request: BillhookRequest, till: Till, link: str, consent: Consent | None) -> Response[Any]:
    """Return the way to the provider's page, or the payment page where there is none."""
    try:
        url = await processing.pay(till, link, consent)
    except Problem as problem:
        if problem.kind == Kind.UNAVAILABLE:
            words = words_in(language_of(request))
            return _page(words, words.busy_title, text=words.busy, status=503, headers={"retry-after": "10"})
        return Redirect(f"/pay/{link}", status_code=303, headers=dict(HEADERS))
    return Redirect(url, status_code=303, headers=dict(HEADERS))


def _shown(request: BillhookRequest, shared: SharedIntent, *, error: bool = False) -> Response[str]:
    words, intent = words_in(language_of(request)), shared.intent
    state = _SHOWN_AS.get(intent.status, intent.status)
    facts = _facts(words, shared)
    if state not in _OPEN:
        texts: dict[str, str] = {name: getattr(words, name) for name in words.__struct_fields__}
        text = fill(texts[state], seller=shared.seller)
        return _page(words, texts[f"{state}_title"], text=text, **facts, **_way_on(words, shared))
    if shared.obstacle:
        text = fill(words.disabled, seller=shared.seller)
        return _page(words, words.disabled_title, text=text, **facts)
    consents = intent.allow_recurring and intent.consent is None
    return _page(
        words,
        fill(words.title, seller=shared.seller),
        status=422 if error else 200,
        headers=leading_to(shared.page_origins),
        text=words.confirm_text if intent.status == "requires_action" else "",
        action=f"/pay/{intent.token}?l={words.language}",
        button=words.confirm if intent.status == "requires_action" else words.pay,
        consent=fill(words.consent, seller=shared.seller) if consents else "",
        error=words.consent_missing if error else "",
        failure=intent.failure.message if intent.failure and intent.status == "initiated" else "",
        until=fill(words.until, date=_day(words, shared)),
        **facts,
    )


def leading_to(origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of a page whose form leads on to the provider's pages, wherever they are."""
    allowed = " ".join(("'self'", *origins))
    return {"content-security-policy": POLICY.replace("form-action 'none'", f"form-action {allowed}")}


def _facts(words: Words, shared: SharedIntent) -> dict[str, Any]:
    """Return what is shown of a payment, whatever came of it."""
    money, intent = documents.in_locale(words.language).money, shared.intent
    surcharge = money(intent.surcharge, intent.currency) if intent.surcharge else ""
    test = words.test if shared.gateway == "sandbox" else ""
    amount = money(intent.amount, intent.currency)
    return {"amount": amount, "surcharge": surcharge, "reference": intent.reference, "test": test}


def _day(words: Words, shared: SharedIntent) -> str:
    return documents.in_locale(words.language).date(time.day(shared.intent.expires_at, "UTC"))


def _way_on(words: Words, shared: SharedIntent) -> dict[str, str]:
    """Return where the payer goes from here: to whoever asked for the payment, at once; or back to the invoice."""
    intent = shared.intent
    if intent.return_url and intent.status not in ("expired", "canceled"):
        place = urlsplit(intent.return_url).hostname or intent.return_url
        onward = intent.return_url if intent.succeeded else ""
        return {"way_on": intent.return_url, "way_on_text": fill(words.go_on, place=place), "onward": onward}
    if shared.document_link:
        return {"way_on": f"/i/{shared.document_link}", "way_on_text": words.invoice}
    return {}


def _page(words: Words, title: str, **values: Any) -> Response[str]:
    shown = dict.fromkeys(_SHOWN, "") | values
    return html(
        "payment/payment.html", language=words.language, words=words, theme=theme_of(HOUSE), title=title, **shown
    )


ROUTES = [payment, pay]
