"""The dashboard: what somebody who is signed in sees and sets. Pages over the same verbs as the API; no script."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, route
from litestar.params import FromPath
from litestar.response import Redirect

from billhook import accounts, organizations, processing
from billhook.kernel.colour import HOUSE
from billhook.pages.assets import READS
from billhook.pages.dashboard_words import Words, words_in
from billhook.pages.refusals import language_of
from billhook.pages.rendering import HEADERS, html
from billhook.pages.sign_in import PRIVATE
from billhook.pages.theme import theme_of
from billhook.pages.webhook_words import webhook_words_in
from billhook.web import BillhookRequest, is_own_form, parse_query, refuse_null_in_url, signed_in

_LATEST: Final = b"filter[limit]=100&filter[order]=name%20ASC"


async def let_in(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Let in who is signed in, and forms that were sent from here; everybody else to the form for that."""
    await refuse_null_in_url(request)
    principal = await signed_in(request)
    if principal is None or (request.method == "POST" and not is_own_form(request)):
        to = request.url.path if request.method in ("GET", "HEAD") else "/dashboard"
        return Redirect(f"/sign-in?to={quote(to)}", status_code=303, headers=dict(HEADERS))
    request.scope["user"] = principal
    return None


@route("/dashboard", http_method=READS)
async def overview(request: BillhookRequest) -> Response[Any]:
    """List the organizations the account may act for."""
    account_id = request.principal.account_id
    async with request.database.open(account_id) as tx:
        account = await accounts.get(tx, account_id)
        rows, _ = await organizations.list_reachable(tx, account_id, parse_query(_LATEST))
    words = words_of(request)
    email = account.email if account else ""
    return page("overview", words, words.organizations, at="overview", rows=rows, email=email)


@route("/dashboard/organizations/{organization_id:str}", http_method=READS)
async def organization(request: BillhookRequest, organization_id: FromPath[str]) -> Response[Any]:
    """Show an organization, and what can be set; payment processing once its account has it."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        found = await organizations.read(tx)
        offered = await processing.is_offered(tx)
    words = words_of(request)
    return page(
        "organization",
        words,
        found.identity.name,
        at="overview",
        organization=found,
        offered=offered,
        own=webhook_words_in(words.language),
    )


def words_of(request: BillhookRequest) -> Words:
    """Return the words to use: `?l=` first, then the browser's language."""
    return words_in(language_of(request))


def page(
    template: str,
    words: Words,
    title: str,
    *,
    at: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Response[Any]:
    """Return a page of the dashboard; `at` is the part of the menu it belongs to."""
    return html(
        f"dashboard/{template}.html",
        status=status,
        headers=PRIVATE | (headers or {}),
        language=words.language,
        words=words,
        theme=theme_of(HOUSE),
        title=title,
        at=at,
        house="Billhook",
        **values,
    )


def go(to: str) -> Redirect:
    """Return the way to another page, after something was done."""
    return Redirect(to, status_code=303, headers=dict(HEADERS))


ROUTES = [overview, organization]
