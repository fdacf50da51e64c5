"""How a mail leaves the house: read and claim, print, compose, hand over, note; each its own short transaction.

No transaction is open while a mail server is waited for. Who dies between handing over and noting sends again, under
the same Message-ID; who comes after the note finds it and is done.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from billhook import accounts, attachments, documents, organizations
from billhook.db import Database, Tx
from billhook.delivery import service
from billhook.delivery.mail import account as account_mail
from billhook.delivery.mail import document as document_mail
from billhook.delivery.mail.message import Attachment, Letter, compose, mailbox, sender_of
from billhook.delivery.mail.render import AccountView, render
from billhook.delivery.model import Outcome, Verdict, clean, judge, message_id
from billhook.delivery.postman import Postman
from billhook.delivery.service import Prepared
from billhook.documents import Press
from billhook.jobs import Job, Postponed
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours, Problem

log = logging.getLogger("billhook.delivery")


class Office(msgspec.Struct, frozen=True):
    """What mail is sent with. `mail_from` is the setting; links begin with `public_url`."""

    database: Database
    press: Press
    postman: Postman
    mail_from: str
    public_url: str

    @property
    def domain(self) -> str:
        """Where Message-IDs are at home."""
        return sender_of(self.mail_from)[1].rpartition("@")[2]


async def send_document(office: Office, job: Job) -> None:
    """Mail a document as its outbox row asks. Raises Postponed when it is to be tried again."""
    try:
        async with office.database.open(organization=job.organization_id) as tx, tx.atomic():
            prepared = await service.prepare(tx, job, office.domain)
    except NotYours:
        log.info("job %s: the document is gone, nothing is mailed", job.id)
        return
    if prepared is None:
        return
    try:
        outcome = await _carry(office, job, prepared)
    except Exception as error:
        reason = error.message if isinstance(error, Problem) else "something went wrong on our side; the log says what"
        await _note(office, job, prepared, Verdict("failed" if job.is_last_attempt else "retrying", clean(reason), []))
        raise
    verdict = judge(outcome, prepared.claim.refused, last=job.is_last_attempt)
    await _note(office, job, prepared, verdict, outcome.accepted)
    if outcome.postponed:
        raise Postponed(why=verdict.error)


async def _carry(office: Office, job: Job, prepared: Prepared) -> Outcome:
    """Print, compose and hand over; what was handed over before is left alone."""
    waiting = prepared.claim.waiting
    if not waiting:
        return Outcome()

    async def enter(tx: Tx) -> Id:
        tx.enter(job.organization_id)
        return prepared.document.id

    document, paper = await documents.pdf(office.database, office.press, enter, language=prepared.language)
    sheet = documents.Sheet(document, prepared.language)
    name, address = sender_of(office.mail_from)
    sender = mailbox(prepared.sender or name, address)
    if sender is None:
        raise ValueError(f"the setting mail_from holds no usable address: {office.mail_from}")
    now = office.database.clock.now()
    view = document_mail.view_of(
        sheet,
        prepared.wishes,
        sender=prepared.sender,
        link=f"{office.public_url}/i/{prepared.link}{f'?l={sheet.words.language}' if prepared.language else ''}",
        now=now,
    )
    client = document.client
    shown = [mailbox(client.name if to == client.email else "", to) for to in prepared.to]
    message = compose(
        render(view),
        sender=sender,
        to=[box for box in shown if box is not None],
        reply_to=mailbox("", prepared.reply_to),
        message_id=prepared.claim.message_id,
        at=now,
        attachments=[Attachment(document_mail.file_name(sheet), paper), *await _enclosed(office, job, prepared)],
    )
    return await office.postman.deliver(Letter(message, address, tuple(waiting)))


async def _enclosed(office: Office, job: Job, prepared: Prepared) -> list[Attachment]:
    """Return the files that go along; one that was deleted meanwhile does not."""
    found: list[Attachment] = []
    async with office.database.open(organization=job.organization_id) as tx:
        for one in prepared.enclosed:
            with contextlib.suppress(NotYours):
                found.append(Attachment(one.name, await attachments.content(tx, one), one.media_type))
    return found


async def _note(office: Office, job: Job, prepared: Prepared, verdict: Verdict, accepted: tuple[str, ...] = ()) -> None:
    async with office.database.open(organization=job.organization_id) as tx:
        await service.note(tx, prepared.claim, verdict, accepted)


async def send_confirmation(office: Office, job: Job) -> None:
    """Mail the link that confirms an account's address. Raises Postponed when it is to be tried again."""
    await _send_link(office, job, accounts.new_confirmation, _confirmation)


async def send_reset(office: Office, job: Job) -> None:
    """Mail the link that leads to a new password. Raises Postponed when it is to be tried again."""
    await _send_link(office, job, accounts.new_reset, _reset)


async def _send_link(
    office: Office,
    job: Job,
    new_token: Callable[[Tx, Id], Awaitable[str]],
    view_of: Callable[[Office, accounts.Account, accounts.Account, str], AccountView],
) -> None:
    """Make a token, then read where it goes (a change of the address kills tokens made before it), and mail it.

    The token is in this mail and, hashed, in its row; a further attempt makes another one.
    """
    account_id = Id(job.payload["account_id"])
    async with office.database.open() as tx:
        account = await accounts.get(tx, account_id)
        if account is None or (job.kind == accounts.CONFIRM and account.is_proved):
            return
        token = await new_token(tx, account_id)
        account = await accounts.get(tx, account_id) or account
        root = await accounts.get(tx, account.root_id) or account
    await _mail(office, job, view_of(office, account, root, token), account.email, account.id)


async def send_invitation(office: Office, job: Job) -> None:
    """Mail that somebody may act for an organization, or is asked to. Raises Postponed when it is to be tried again."""
    async with office.database.open(organization=job.organization_id) as tx:
        letter = await organizations.invitation_letter(tx, Id(job.payload["access_id"]))
        if letter is None:
            return
        access = letter.access
        account = await accounts.get(tx, access.account_id) if access.account_id else None
        root = await accounts.get(tx, access.inviter_root_id) if access.inviter_root_id else None
    view_of = account_mail.invitation if access.waits else account_mail.granted
    view = view_of(
        account.locale if account else letter.organization.locale,
        sender=sender_of(office.mail_from)[0],
        organization=letter.organization.identity.name,
        link=_invitation(office, letter, account, root),
    )
    await _mail(office, job, view, account.email if account else access.invitation_email or "", access.id)


def _invitation(
    office: Office, letter: organizations.Letter, account: accounts.Account | None, root: accounts.Account | None
) -> str:
    """Return where an invitation is looked at: on the platform's page, which has no token from us, or on ours."""
    words: dict[str, str] = {"invitation": letter.access.id}
    page = root.profile.invitation_link if account and root else root.profile.invitation_new_link if root else None
    if page is None:
        return with_query(f"{office.public_url}/invitation", words | {"token": letter.token})
    return with_query(page, words if account else words | {"email": letter.access.invitation_email or ""})


async def send_pause(office: Office, job: Job) -> None:
    """Tell the account of an organization that a webhook was paused. Raises Postponed when it is to be tried again."""
    async with office.database.open(organization=job.organization_id) as tx:
        organization = await organizations.read(tx)
        account = await accounts.get(tx, organization.account_id)
    if account is None:
        return
    view = account_mail.paused(
        account.locale,
        sender=sender_of(office.mail_from)[0],
        organization=organization.identity.name,
        address=job.payload["address"],
        link=f"{office.public_url}/dashboard/organizations/{organization.id}/webhooks",
    )
    await _mail(office, job, view, account.email, account.id)


async def send_notice(office: Office, job: Job) -> None:
    """Tell an account that a recurrence of its made a document, with its PDF. Raises Postponed.

    Who may not act for the organization any more is told nothing.
    """
    account_id, document_id = Id(job.payload["account_id"]), Id(job.payload["document_id"])

    async def enter(tx: Tx) -> Id:
        await organizations.enter(tx, job.organization_id or "")
        return document_id

    async with office.database.open() as tx:
        account = await accounts.get(tx, account_id)
    if account is None:
        return
    try:
        document, paper = await documents.pdf(
            office.database, office.press, enter, account=account_id, language=account.locale
        )
        async with office.database.open(organization=job.organization_id) as tx:
            link = "" if document.draft else f"{office.public_url}/i/{await documents.share(tx, document_id)}"
    except NotYours:
        log.info("job %s: the document or the access to it is gone, nobody is told of it", job.id)
        return
    sheet = documents.Sheet(document, account.locale)
    sender = sender_of(office.mail_from)[0]
    view = account_mail.notice(account.locale, sheet, sender=sender, link=link, recurrence=job.payload["name"])
    paper_of = Attachment(document_mail.file_name(sheet), paper)
    await _mail(office, job, view, account.email, account.id, paper_of)


async def _mail(
    office: Office, job: Job, view: AccountView, address: str, about: Id, attachment: Attachment | None = None
) -> None:
    """Hand one mail to an account over. Raises Postponed when it is to be tried again."""
    name, own = sender_of(office.mail_from)
    sender, to = mailbox(name, own), mailbox("", address)
    if sender is None or to is None:
        log.warning("job %s: no mail can go from %s about %s", job.id, office.mail_from, about)
        return
    message = compose(
        render(view),
        sender=sender,
        to=[to],
        reply_to=None,
        message_id=message_id(job.id, about, [address], office.domain),
        at=office.database.clock.now(),
        attachments=[attachment] if attachment else [],
    )
    outcome = await office.postman.deliver(Letter(message, own, (address,)))
    for reason in outcome.refused.values():
        log.warning("job %s: the mail about %s was refused: %s", job.id, about, reason)
    if outcome.postponed:
        raise Postponed(why="; ".join(outcome.postponed.values()))


def _confirmation(office: Office, account: accounts.Account, root: accounts.Account, token: str) -> AccountView:
    words = {"uid": account.id, "token": token}
    page = "confirm-email"
    if redirect := account.profile.activate_redirect or root.profile.activate_redirect:
        page, words["redirect"] = "v1/Accounts/confirm", redirect
    link = with_query(f"{office.public_url}/{page}", words)
    return account_mail.confirmation(account.locale, sender=sender_of(office.mail_from)[0], link=link)


def _reset(office: Office, account: accounts.Account, root: accounts.Account, token: str) -> AccountView:
    page = root.profile.reset_redirect or f"{office.public_url}/reset-password"
    link = with_query(page, {"access_token": token})
    return account_mail.reset(account.locale, sender=sender_of(office.mail_from)[0], link=link)


def with_query(url: str, words: dict[str, str]) -> str:
    """Return an address with words added to its query."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(words)) if part)
    return urlunsplit(parts._replace(query=query))
