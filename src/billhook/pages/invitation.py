"""The page that the mail of an invitation leads to: accept or decline, and open an account where there is none.

To look changes nothing, as mail programs open links before people do; the token of the mail is all the right it takes.
"""

import msgspec
from litestar import Response, post, route

from billhook import accounts, organizations
from billhook.documents import fill
from billhook.kernel.problems import Invalid, NotYours
from billhook.organizations import Access, InvitationAnswered
from billhook.pages.account import FORM, GONE, LEAST, MOST, form_fields, notice, page, words_for
from billhook.pages.account_words import Words
from billhook.pages.assets import READS
from billhook.web import BillhookRequest


class Invited(msgspec.Struct, frozen=True):
    """An invitation as the token of its mail shows it."""

    access: Access
    organization: str
    token: str
    words: Words
    is_free: bool
    """Whether nobody has an account with the address."""

    @property
    def asks(self) -> bool:
        """Whether there is something to answer: yes or no, or at least with which password."""
        return self.access.waits or (self.access.active and self.access.account_id is None)

    @property
    def email(self) -> str:
        """The address it was mailed to."""
        return self.access.email or self.access.invitation_email or ""

    def __repr__(self) -> str:
        return f"Invited({self.access.id})"


@route("/invitation", http_method=READS)
async def look(request: BillhookRequest) -> Response[str]:
    """Show an invitation with what can be answered."""
    sent = {name: request.query_params.get(name, "") for name in ("invitation", "token")}
    invited = await _invited(request, sent)
    return _shown(invited) if invited else _ended(request)


@post("/invitation", status_code=200)
async def answer(request: BillhookRequest) -> Response[str]:
    """Accept or decline; who has no account opens one by accepting, whose address needs no other proof."""
    sent = await form_fields(request)
    invited, accepts = await _invited(request, sent), sent.get("answer") == "accept"
    if invited is None:
        return _ended(request)
    words, is_new = invited.words, invited.access.account_id is None
    if not invited.asks or (accepts and is_new and not invited.is_free):
        return _shown(invited)
    if accepts and is_new:
        try:
            password = sent.get("password", "")
            await accounts.sign_up_invited(request.database, invited.email, password, words.language)
        except Invalid:
            return _shown(invited, error=fill(words.wrong_length, least=LEAST, most=MOST))
    try:
        async with request.database.open() as tx:
            await organizations.enter_by_letter(tx, invited.access.id, invited.token)
            await organizations.settle_invitation(tx, invited.access.id, None, accept=accepts)
    except (NotYours, InvitationAnswered):  # it was withdrawn, or answered otherwise, in the meantime
        return _ended(request)
    if accepts:
        return notice(words, words.accepted_title, fill(words.accepted, name=invited.organization))
    return notice(words, words.declined_title, words.declined)


async def _invited(request: BillhookRequest, sent: dict[str, str]) -> Invited | None:
    """Return the invitation a token opens; None where it opens none, or one that was withdrawn or declined."""
    token = sent.get("token", "")
    async with request.database.open() as tx:
        try:
            access = await organizations.enter_by_letter(tx, sent.get("invitation", ""), token)
        except NotYours:
            return None
        organization = (await organizations.read(tx)).identity.name
        account = await accounts.get(tx, access.account_id) if access.account_id else None
        is_free = account is None and await accounts.is_unique(tx, access.invitation_email or "")
    if access.disabled or access.rejected:
        return None
    return Invited(access, organization, token, words_for(request, account), is_free)


def _shown(invited: Invited, *, error: str = "") -> Response[str]:
    words, access = invited.words, invited.access
    title = fill(words.invitation_title, name=invited.organization)
    if not invited.asks:
        return notice(words, title, fill(words.accepted, name=invited.organization))
    if access.account_id is None and not invited.is_free:
        return notice(words, title, words.confirm_first)
    return page(
        "invitation",
        words,
        title,
        status=422 if error else 200,
        headers=FORM,
        text=fill(words.invited, name=invited.organization),
        invitation=access.id,
        token=invited.token,
        email=invited.email,
        is_new=access.account_id is None,
        may_decline=access.waits,
        rule=fill(words.rule, least=LEAST),
        least=LEAST,
        error=error,
    )


def _ended(request: BillhookRequest) -> Response[str]:
    words = words_for(request)
    return notice(words, words.ended_title, words.invitation_ended, status=GONE)


ROUTES = [look, answer]
