"""What can be done with mail, each inside one unit of work."""

import msgspec

from billhook import accounts, attachments, documents, organizations, processing
from billhook.db import Tx
from billhook.delivery import store
from billhook.delivery.mail.document import Wishes, subject_of
from billhook.delivery.model import Caught, CaughtRaw, Claim, Email, Verdict, Waiting, email_id, message_id
from billhook.documents import Document, Sheet
from billhook.jobs import Job
from billhook.kernel.ids import Id

DOCUMENT = "document"
"""The kind of mail that carries a document."""
REMINDER = "reminder"
"""The kind that carries it again, because it is not paid."""
MOST = 100
"""How many mails of a document a list shows."""
MOST_CAUGHT = 200
"""How many caught mails a list shows."""


class Order(msgspec.Struct, frozen=True):
    """What an outbox row asks for; a payload of `documents.events.SENDING`."""

    document_id: Id
    account_id: Id | None = None
    recipients: list[str] = []
    message: str | None = None
    subject: str | None = None
    send_copy: bool = False
    language: str | None = None
    attachments: list[str] | None = None
    excluded_attachments: list[str] = []
    kind: str = DOCUMENT


class Prepared(msgspec.Struct, frozen=True):
    """A mail that was taken in hand, with all that composing it takes."""

    claim: Claim
    document: Document
    language: str | None
    wishes: Wishes
    link: str
    sender: str
    """The organization's name."""
    reply_to: str
    """Where answers go; empty where nobody has an address."""
    to: list[str]
    """Which of the recipients the header names; the copy of who sends is not among them."""
    enclosed: list[attachments.Attachment]
    """What goes along beside the paper."""


async def prepare(tx: Tx, job: Job, domain: str) -> Prepared | None:
    """Take the mail of an outbox row in hand and read what it takes. None: it is done already.

    A reminder of what was paid or canceled meanwhile is done too. `domain` is where Message-IDs are at home. Raises
    NotYours (no such document), StillDraft.
    """
    order = msgspec.convert(job.payload, Order)
    document = await documents.read(tx, order.document_id)
    sheet = Sheet(document, order.language)
    if order.kind == REMINDER and sheet.status()[0] not in ("due", "partly_paid"):
        return None
    account = await accounts.get(tx, order.account_id) if order.account_id else None
    link = document.shareable_id or await documents.share(tx, document.id)
    organization = await organizations.read(tx)
    settings = {setting.name: setting for setting in await organizations.list_settings(tx)}
    to = _addressed(order, document)
    copies = [account.email] if order.send_copy and account is not None else []
    wishes = _wishes(order, settings, sheet.words.language)
    if await processing.payable(tx, document):
        wishes = msgspec.structs.replace(wishes, payable=True)
    recipients = list(dict.fromkeys([*to, *copies]))
    written_at = await store.written_at(tx, job.id) or tx.now
    claim = await store.claim(
        tx,
        id=email_id(job.id, written_at, tx.shard),
        document=document.id,
        job=job.id,
        kind=order.kind,
        recipients=recipients,
        subject=subject_of(sheet, wishes, tx.now),
        message_id=message_id(job.id, document.id, recipients, domain),
        created_at=written_at,
    )
    if claim is None:
        return None
    return Prepared(
        claim=claim,
        document=document,
        language=order.language,
        wishes=wishes,
        link=link,
        sender=organization.identity.name,
        reply_to=organization.identity.email or (account.email if account else ""),
        to=to,
        enclosed=[] if order.kind == REMINDER else await _enclosed(tx, order),
    )


async def _enclosed(tx: Tx, order: Order) -> list[attachments.Attachment]:
    """Return the attachments that are to go along and are still there."""
    found = await attachments.of_document(tx, order.document_id)
    wanted = {one.id for one in found} if order.attachments is None else set(order.attachments)
    return [one for one in found if one.id in wanted and one.id not in order.excluded_attachments]


def _wishes(order: Order, settings: dict[str, organizations.Setting], language: str) -> Wishes:
    colour = settings.get("color_main")
    return Wishes(
        subject=order.subject or "",
        message=order.message or _standing_text(settings.get(f"email_{order.kind}"), language),
        colour=colour.value if colour else None,
        reminds=order.kind == REMINDER,
    )


def _standing_text(setting: organizations.Setting | None, language: str) -> str:
    """Return what the organization always writes, in the document's language where it says so (`value_de`)."""
    if setting is None:
        return ""
    text = setting.l10n.get(f"value_{language}") or setting.value
    return text if isinstance(text, str) else ""


def _addressed(order: Order, document: Document) -> list[str]:
    """Return whom a mail is for, each once: those named, else the client."""
    named = [address.strip() for address in order.recipients if address.strip()]
    return list(dict.fromkeys(named or ([document.client.email] if document.client.email else [])))


async def note(tx: Tx, claim: Claim, verdict: Verdict, accepted: tuple[str, ...] = ()) -> None:
    """Note what an attempt came to."""
    async with tx.atomic():
        await store.hold_document(tx, claim.id)
        await store.note(tx, claim.id, verdict.state, list(accepted), verdict.refused, verdict.error)


async def emails(tx: Tx, document_id: str) -> list[Email]:
    """Return the newest mails of a document of the organization that was entered, newest first, at most 100.

    Mails whose outbox row no worker has taken yet are among them, `queued`, with the id they will keep.
    Raises NotYours.
    """
    document = await documents.read(tx, document_id)
    waiting = await store.waiting_of(tx, document.id, MOST)
    known = {email.id: email for email in [_queued(tx, row, document) for row in waiting]}
    known |= {email.id: email for email in await store.emails_of(tx, document.id, MOST)}
    return [known[email_id] for email_id in sorted(known, reverse=True)][:MOST]


def _queued(tx: Tx, row: Waiting, document: Document) -> Email:
    order = msgspec.convert(row.payload, Order)
    return Email(
        id=email_id(row.job_id, row.created_at, tx.shard),
        kind=order.kind,
        recipients=_addressed(order, document),
        refused=[],
        subject=subject_of(Sheet(document, order.language), _wishes(order, {}, ""), tx.now),
        state="failed" if row.dead else "queued",
        attempts=row.attempts,
        last_error=None,
        message_id=None,
        created_at=row.created_at,
        sent_at=None,
    )


async def caught(tx: Tx) -> list[Caught]:
    """Return the newest 200 mails kept instead of sent, newest first."""
    return await store.caught(tx, MOST_CAUGHT)


async def caught_mail(tx: Tx, id: int) -> CaughtRaw | None:
    """Return a mail kept instead of sent; None when there is none, or no more."""
    return await store.caught_mail(tx, id)
