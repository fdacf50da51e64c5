"""The page on which a person lets a program act in their name, or does not. No script, no cookie.

Whoever sends the form proves with address and password; so no other site can send it for somebody.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Response, post, route

from billhook import accounts, credentials
from billhook.accounts.model import LoginFailed, LoginThrottled
from billhook.credentials import NotAskable, Verdict, Wish
from billhook.documents import fill
from billhook.kernel.colour import HOUSE
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.consent_words import ConsentWords, consent_words_in
from billhook.pages.refusals import language_of
from billhook.pages.rendering import POLICY, html
from billhook.pages.theme import theme_of
from billhook.web import BillhookRequest

ASKED: Final[tuple[str, ...]] = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method",
)  # fmt: skip


def page(template: str, words: ConsentWords, title: str, **values: Any) -> Response[str]:
    """Return one of the pages about programs."""
    theme = theme_of(HOUSE)
    return html(f"consent/{template}.html", language=words.language, words=words, theme=theme, title=title, **values)


@route("/oauth2/authorize", http_method=READS)
async def ask(request: BillhookRequest) -> Response[str]:
    """Ask whether a program may act for whoever logs in below."""
    said = {name: request.query_params[name] for name in ASKED if name in request.query_params}
    words = consent_words_in(language_of(request))
    try:
        async with request.database.open() as tx:
            wish = await credentials.wish_of(tx, said)
    except NotAskable:
        return _unknown(words)
    return _led(wish.headers["location"]) if isinstance(wish, Verdict) else _form(words, wish, said)


@post("/oauth2/authorize", status_code=200)
async def answer(request: BillhookRequest) -> Response[str]:
    """Lead the browser back to the program: with a code, or with a refusal."""
    fields = await form_fields(request)
    said = {name: fields[name] for name in ASKED if name in fields}
    words = consent_words_in(language_of(request))
    try:
        async with request.database.open() as tx:
            found = await credentials.wish_of(tx, said)
        if isinstance(found, Verdict):
            return _led(found.headers["location"])
        wish = found
        account = await who(request, fields) if fields.get("answer") == "allow" else None
        async with request.database.open(account) as tx:
            return _led(await credentials.consent(tx, said, account))
    except NotAskable:
        return _unknown(words)
    except (LoginFailed, Invalid):
        return _form(words, wish, said, status=422, email=fields.get("email", ""), error=words.wrong)
    except LoginThrottled as refused:
        wait = {"retry-after": str(refused.facts["wait_seconds"])}
        return _form(words, wish, said, status=429, email=fields.get("email", ""), error=words.too_many, headers=wait)


async def who(request: BillhookRequest, fields: dict[str, str]) -> Id:
    """Return the account that address and password of a form are of. Raises LoginFailed, LoginThrottled, Invalid."""
    client = request.client.host if request.client else ""
    email, password = fields.get("email", ""), fields.get("password", "")
    return await accounts.prove(request.database, request.settings, email, password, client)


def _led(address: str) -> Response[str]:
    """Lead the browser on by GET, whatever it came with."""
    return Response("", status_code=303, headers={"location": address, "cache-control": "no-store"})


def _unknown(words: ConsentWords) -> Response[str]:
    return page("notice", words, words.unknown_title, status=400, text=words.unknown)


def _form(
    words: ConsentWords,
    wish: Wish,
    said: dict[str, str],
    *,
    status: int = 200,
    email: str = "",
    error: str = "",
    headers: dict[str, str] | None = None,
) -> Response[str]:
    place = urlsplit(wish.redirect_uri)
    origin = f"{place.scheme}://{place.netloc}"
    policy = POLICY.replace("form-action 'none'", f"form-action 'self' {origin}")
    name = wish.label or words.nameless
    return page(
        "ask",
        words,
        fill(words.title, name=name),
        status=status,
        headers={"content-security-policy": policy} | (headers or {}),
        text=fill(words.asks, name=name, host=place.hostname or ""),
        rights=list(dict.fromkeys(words.right(scope) for scope in wish.scopes)),
        said=said,
        email=email,
        error=error,
    )


ROUTES = [ask, answer]
