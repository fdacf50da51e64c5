"""The pages of the sandbox gateway: its card form, its bank's challenge, its onboarding form. In English.

They stand for the pages of an outside provider and know of a payment only what the sandbox itself knows.
"""

from typing import Any, Final

from litestar import Response, post, route
from litestar.params import FromPath
from litestar.response import Redirect

from billhook import documents
from billhook.gateways import sandbox
from billhook.gateways.sandbox import MESSAGES, Paper, SandboxMerchant, SandboxPayment
from billhook.kernel.colour import HOUSE
from billhook.pages.account import FORM, form_fields
from billhook.pages.assets import READS
from billhook.pages.rendering import HEADERS, html
from billhook.pages.theme import theme_of
from billhook.web import BillhookRequest

_REFUSAL: Final = "Documents are missing."


@route("/sandbox/pay/{token:str}", http_method=READS)
async def form(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Show the form of a payment that is open."""
    payment = await sandbox.form(request.database, token)
    return _onward(payment) or _form(payment, MESSAGES.get(payment.failure_code, ""))


@post("/sandbox/pay/{token:str}", status_code=200)
async def pay(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Pay; what cannot be used and what is refused comes back with the form. Nothing typed is shown again."""
    said = await form_fields(request)
    paper = Paper(said.get("number", ""), said.get("expiry", ""), said.get("cvc", ""), said.get("iban", ""))
    delay = request.settings.sandbox_delay_seconds
    payment, fault = await sandbox.pay(request.database, token, paper, delay)
    fault = fault or payment.failure_code
    return _onward(payment) or _form(payment, MESSAGES.get(fault, ""), status=422 if fault else 200)


@route("/sandbox/pay/{token:str}/challenge", http_method=READS)
async def challenge(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Show the question of the payer's bank."""
    payment = await sandbox.form(request.database, token)
    if payment.status != "requires_action":
        return _onward(payment) or Redirect(f"/sandbox/pay/{token}", status_code=303, headers=dict(HEADERS))
    return _page("challenge", "Your bank asks: is it you?", payment=payment, amount=_amount(payment))


@post("/sandbox/pay/{token:str}/challenge", status_code=200)
async def answer(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Take the payer's answer."""
    confirmed = (await form_fields(request)).get("answer") == "yes"
    payment = await sandbox.answer(request.database, token, confirmed=confirmed)
    return _onward(payment) or Redirect(f"/sandbox/pay/{token}", status_code=303, headers=dict(HEADERS))


@route("/sandbox/onboard/{token:str}", http_method=READS)
async def onboarding(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Show the onboarding form of a seller."""
    return _onboarding(await sandbox.merchant_form(request.database, token))


@post("/sandbox/onboard/{token:str}", status_code=200)
async def submit(request: BillhookRequest, token: FromPath[str]) -> Response[Any]:
    """Take the onboarding form; the seller decides how it is looked at."""
    said = await form_fields(request)
    if said.get("agree") != "yes":
        return _onboarding(await sandbox.merchant_form(request.database, token), status=422)
    refused = _REFUSAL if said.get("outcome") == "refused" else ""
    return _onboarding(await sandbox.submit(request.database, token, refused=refused))


def _onward(payment: SandboxPayment) -> Response[Any] | None:
    """Return the way on from a payment that is no longer on this page; None while it is."""
    if payment.status == "open":
        return None
    away = payment.status != "requires_action"
    url = payment.return_url if away else f"/sandbox/pay/{payment.token}/challenge"
    return Redirect(url, status_code=303, headers=dict(HEADERS))


def _form(payment: SandboxPayment, error: str, *, status: int = 200) -> Response[Any]:
    title = f"Pay {payment.seller}"
    euros = payment.currency == "EUR"
    return _page("form", title, status=status, payment=payment, amount=_amount(payment), error=error, by_account=euros)


def _onboarding(merchant: SandboxMerchant, *, status: int = 200) -> Response[Any]:
    return _page(
        "onboarding", f"Take payments as {merchant.name}", status=status, merchant=merchant, error=status > 200
    )


def _amount(payment: SandboxPayment) -> str:
    return documents.in_locale("en").money(payment.amount, payment.currency)


def _page(template: str, title: str, *, status: int = 200, **values: Any) -> Response[Any]:
    return html(
        f"sandbox/{template}.html",
        status=status,
        headers=FORM,
        language="en",
        theme=theme_of(HOUSE),
        title=title,
        **values,
    )


ROUTES = [form, pay, challenge, answer, onboarding, submit]
