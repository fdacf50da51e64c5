"""The pages that mails to accounts lead to: set a new password, ask for that mail, confirm an address. No script.

No cookie is set: whoever sends a form proves with the token in it, or with nothing at all. A token that came in the
address is moved to a hidden field; no page that has seen one tells another site or the browser's cache.
"""

from typing import Any, Final

import msgspec
from litestar import Response, post, route

from billhook import accounts
from billhook.accounts import Account
from billhook.accounts.model import PASSWORD_CHARACTERS, ResetThrottled
from billhook.documents import fill
from billhook.kernel.colour import HOUSE
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, Problem
from billhook.pages.account_words import Words, words_in
from billhook.pages.assets import READS
from billhook.pages.refusals import language_of
from billhook.pages.rendering import POLICY, html
from billhook.pages.theme import theme_of
from billhook.web import Authenticator, BillhookRequest, Principal, Unauthenticated, token_of

GONE: Final = 410
"""What is answered where a link has been used or has expired."""

FORM: Final = {"content-security-policy": POLICY.replace("form-action 'none'", "form-action 'self'")}
LEAST, MOST = str(PASSWORD_CHARACTERS.start), str(PASSWORD_CHARACTERS.stop - 1)


class Letter(msgspec.Struct, frozen=True):
    """A mail that leads to a new password, as its token shows it."""

    token: str
    principal: Principal
    account: Account

    def __repr__(self) -> str:
        return f"Letter({self.account.id})"


@route(["/reset-password", "/reset-password/mail"], http_method=READS)
async def reset_form(request: BillhookRequest) -> Response[str]:
    """Show the form for a new password to who comes from the mail, to others the one that asks for the mail."""
    token = request.query_params.get("access_token", "")
    if not token:
        return _ask(words_for(request))
    letter = await _letter(request, token)
    return _set(words_for(request, letter.account), letter) if letter else _reset_ended(request)


@post("/reset-password", status_code=200)
async def set_password(request: BillhookRequest) -> Response[str]:
    """Set the password; every token of the account dies with it, the one of the mail too."""
    fields = await form_fields(request)
    letter = await _letter(request, fields.get("access_token", ""))
    if letter is None:
        return _reset_ended(request)
    words, new = words_for(request, letter.account), fields.get("password", "")
    try:
        await accounts.reset_password(request.database, request.settings, letter.principal, new)
    except Invalid:
        return _set(words, letter, error=fill(words.wrong_length, least=LEAST, most=MOST))
    except Unauthenticated:  # the same link was used in the meantime
        return _reset_ended(request)
    return notice(words, words.changed_title, words.changed)


@post("/reset-password/mail", status_code=200)
async def ask_for_mail(request: BillhookRequest) -> Response[str]:
    """Have the mail sent; the answer is the same whether or not there is such an account."""
    words, email = words_for(request), (await form_fields(request)).get("email", "")
    client = request.client.host if request.client else ""
    try:
        await accounts.request_reset(request.database, request.settings, email, client)
    except Invalid:
        return _ask(words, status=422, email=email, error=words.wrong_email)
    except ResetThrottled as refused:
        wait = {"retry-after": str(refused.facts["wait_seconds"])}
        return _ask(words, status=429, headers=wait, email=email, error=words.too_many)
    return notice(words, words.sent_title, words.sent)


@route("/confirm-email", http_method=READS)
async def confirm(request: BillhookRequest) -> Response[str]:
    """Confirm an address. To ask is enough, as often as somebody likes: mail programs open links before people do."""
    uid, token = (request.query_params.get(name, "") for name in ("uid", "token"))
    async with request.database.open() as tx:
        try:
            await accounts.confirm(tx, uid, token, None, request.public_url)
        except Invalid:
            words = words_for(request)
            return notice(words, words.ended_title, words.confirm_ended, status=GONE)
        words = words_for(request, await accounts.get(tx, Id(uid)))
    return notice(words, words.confirmed_title, words.confirmed)


async def _letter(request: BillhookRequest, token: str) -> Letter | None:
    """Return the mail a token came with; None when it was used, has expired or opens something else."""
    authenticate: Authenticator = request.app.state.authenticate
    try:
        principal = await authenticate(token_of(None, token))
    except Unauthenticated:
        return None
    if principal is None or principal.purpose != "reset":
        return None
    async with request.database.open(principal.account_id) as tx:
        account = await accounts.get(tx, principal.account_id)
    return Letter(token, principal, account) if account else None


async def form_fields(request: BillhookRequest) -> dict[str, str]:
    """Return the texts of a form; what cannot be read says nothing. (The framework's own reader remembers bodies.)"""
    try:
        content = await request.json()
    except Problem:
        return {}
    fields = content.items() if isinstance(content, dict) else ()
    return {name: value for name, value in fields if isinstance(value, str)}


def words_for(request: BillhookRequest, account: Account | None = None) -> Words:
    """Return the words to use: `?l=` first, then the language the account is written to in, then the browser's."""
    if account is None or "l" in request.query_params:
        return words_in(language_of(request))
    return words_in(account.locale)


def page(template: str, words: Words, title: str, **values: Any) -> Response[str]:
    """Return one of the pages of accounts."""
    theme = theme_of(HOUSE)
    return html(f"account/{template}.html", language=words.language, words=words, theme=theme, title=title, **values)


def notice(words: Words, title: str, text: str, *, status: int = 200) -> Response[str]:
    """Return a page that says something and asks nothing."""
    return page("notice", words, title, text=text, status=status)


def _set(words: Words, letter: Letter, *, error: str = "") -> Response[str]:
    return page(
        "set",
        words,
        words.set_title,
        status=422 if error else 200,
        headers=FORM,
        token=letter.token,
        email=letter.account.email,
        rule=fill(words.rule, least=LEAST),
        least=LEAST,
        error=error,
    )


def _ask(
    words: Words, *, status: int = 200, headers: dict[str, str] | None = None, email: str = "", error: str = ""
) -> Response[str]:
    both = FORM | (headers or {})
    return page("ask", words, words.ask_title, status=status, headers=both, text=words.ask, email=email, error=error)


def _reset_ended(request: BillhookRequest) -> Response[str]:
    """Say that the link has been used or has expired, with the form for another one right below."""
    words = words_for(request)
    text, title = words.reset_ended, words.ended_title
    return page("ask", words, title, status=GONE, headers=FORM, text=text, email="", error="")


ROUTES = [reset_form, set_password, ask_for_mail, confirm]
