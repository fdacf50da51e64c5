"""Signing in and out: an address and a password become a cookie that pages know a person by. No script."""

from typing import Any, Final

from litestar import Response, post, route
from litestar.datastructures import Cookie
from litestar.response import Redirect

from billhook import accounts
from billhook.accounts.model import LoginFailed, LoginThrottled
from billhook.kernel.colour import HOUSE
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.dashboard_words import Words, words_in
from billhook.pages.refusals import language_of
from billhook.pages.rendering import HEADERS, POLICY, html
from billhook.pages.theme import theme_of
from billhook.web import COOKIE, SESSION_SECONDS, BillhookRequest, is_own_form, signed_in

PRIVATE: Final = {
    "content-security-policy": POLICY.replace("form-action 'none'", "form-action 'self'"),
    # A form says which page it comes from (Origin), which it does not under `no-referrer`.
    "referrer-policy": "same-origin",
}
HOME: Final = "/dashboard"
_PLACES: Final = (HOME, "/docs", "/api-clients")


def _to(request: BillhookRequest) -> str:
    """Return where somebody wants to go: a page of ours only."""
    wanted = request.query_params.get("to", "")
    return wanted if wanted.startswith(_PLACES) and "\\" not in wanted and wanted.isprintable() else HOME


@route("/onboarded", http_method=READS)
async def onboarded(request: BillhookRequest) -> Response[Any]:
    """Thank whoever comes from a provider's onboarding form without being somebody we know."""
    words = words_in(language_of(request))
    theme = theme_of(HOUSE)
    return html(
        "account/notice.html",
        language=words.language,
        words=words,
        theme=theme,
        title=words.done_title,
        text=words.done,
    )


@route("/sign-in", http_method=READS)
async def form(request: BillhookRequest) -> Response[Any]:
    """Show the form; who is signed in already goes on."""
    if await signed_in(request):
        return Redirect(_to(request), status_code=303, headers=dict(HEADERS))
    return _form(request, words_in(language_of(request)))


@post("/sign-in", status_code=200)
async def sign_in(request: BillhookRequest) -> Response[Any]:
    """Let somebody in, with a token of its own that ends with the session."""
    words, said = words_in(language_of(request)), await form_fields(request)
    email, password, client = said.get("email", ""), said.get("password", ""), request.client
    if not is_own_form(request):
        return _form(request, words, status=403, email=email, error=words.stale)
    address = client.host if client else ""
    try:
        granted, _ = await accounts.log_in(
            request.database, request.settings, email, password, address, SESSION_SECONDS
        )
    except LoginFailed:
        return _form(request, words, status=401, email=email, error=words.wrong_login)
    except LoginThrottled as refused:
        wait = {"retry-after": str(refused.facts["wait_seconds"])}
        return _form(request, words, status=429, headers=wait, email=email, error=words.too_often)
    response = Redirect(_to(request), status_code=303, headers=dict(HEADERS))
    response.set_cookie(_cookie(request, granted.token, SESSION_SECONDS))
    return response


@post("/sign-out", status_code=200)
async def sign_out(request: BillhookRequest) -> Response[Any]:
    """End the session: its token opens nothing from here on."""
    response = Redirect("/sign-in", status_code=303, headers=dict(HEADERS))
    principal = await signed_in(request)
    if principal and is_own_form(request):
        async with request.database.open(principal.account_id) as tx:
            await accounts.log_out(tx, principal)
        response.set_cookie(_cookie(request, "", 0))
    return response


def _cookie(request: BillhookRequest, token: str, seconds: int) -> Cookie:
    secure = request.public_url.startswith("https:")
    return Cookie(key=COOKIE, value=token, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _form(
    request: BillhookRequest,
    words: Words,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    email: str = "",
    error: str = "",
) -> Response[Any]:
    return html(
        "dashboard/sign_in.html",
        status=status,
        headers=PRIVATE | (headers or {}),
        language=words.language,
        words=words,
        theme=theme_of(HOUSE),
        title=words.sign_in_title,
        to=_to(request),
        email=email,
        error=error,
    )


ROUTES = [onboarded, form, sign_in, sign_out]
