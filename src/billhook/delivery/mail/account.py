"""Mails to accounts: confirm an address, set a new password, act for an organization, hear of what recurs or pauses."""

from typing import Final

from billhook import documents
from billhook.delivery.mail.document import LONGEST_SUBJECT, one_line
from billhook.delivery.mail.render import AccountView
from billhook.delivery.mail.texts import texts
from billhook.kernel.colour import HOUSE, text_on

LONGEST_ORGANIZATION: Final = 100


def confirmation(locale: str, *, sender: str, link: str) -> AccountView:
    """Return the mail that asks whether an address is its account's."""
    words = texts(locale)
    return _view(
        locale,
        sender,
        link,
        subject=documents.fill(words.confirm_subject, name=sender),
        opening=words.confirm,
        button=words.confirm_button,
        after=(words.confirm_expires, words.confirm_ignore),
    )


def reset(locale: str, *, sender: str, link: str) -> AccountView:
    """Return the mail that leads to a new password."""
    words = texts(locale)
    return _view(
        locale,
        sender,
        link,
        subject=documents.fill(words.reset_subject, name=sender),
        opening=words.reset,
        button=words.reset_button,
        after=(words.reset_expires, words.reset_ignore),
    )


def invitation(locale: str, *, sender: str, organization: str, link: str) -> AccountView:
    """Return the mail that asks whether somebody wants to act for an organization."""
    words = texts(locale)
    name = _shortened(organization)
    return _view(
        locale,
        sender,
        link,
        subject=documents.fill(words.invite_subject, name=name),
        opening=documents.fill(words.invite, name=name),
        button=words.invite_button,
        after=(words.invite_expires, words.invite_ignore),
    )


def granted(locale: str, *, sender: str, organization: str, link: str) -> AccountView:
    """Return the mail that says that somebody may act for an organization from now on."""
    words = texts(locale)
    name = _shortened(organization)
    return _view(
        locale,
        sender,
        link,
        subject=documents.fill(words.granted_subject, name=name),
        opening=documents.fill(words.granted, name=name),
        button=words.granted_button,
        after=(words.invite_ignore,),
    )


def _shortened(name: str) -> str:
    """Return an organization's name as a mail to people who may not know it shows it: not a text of its own."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_ORGANIZATION else f"{line[: LONGEST_ORGANIZATION - 1]}…"


def notice(locale: str, sheet: documents.Sheet, *, sender: str, link: str, recurrence: str) -> AccountView:
    """Return the mail that tells of a document which a recurrence made; without a link it is a draft."""
    words, document = texts(locale), sheet.document
    name = f"{sheet.title} {document.number}" if document.number else f"{sheet.title} ({sheet.words.statuses.draft})"
    facts = {"recurrence": recurrence, "document": name, "client": document.client.name}
    facts["amount"] = sheet.money(document.total_with_tax)
    hint = [words.recurred_draft] if document.draft else []
    return _view(
        locale,
        sender,
        link,
        subject=one_line(documents.fill(words.recurred_subject, **facts))[:LONGEST_SUBJECT],
        opening=" ".join([one_line(documents.fill(words.recurred, **facts)), *hint]),
        button=words.view_online,
        after=(),
    )


def paused(locale: str, *, sender: str, organization: str, address: str, link: str) -> AccountView:
    """Return the mail that tells that a webhook to an address was paused."""
    words, name = texts(locale), _shortened(organization)
    return _view(
        locale,
        sender,
        link,
        subject=documents.fill(words.paused_subject, name=name),
        opening=documents.fill(words.paused, name=name, address=address),
        button=words.paused_button,
        after=(),
    )


def _view(
    locale: str, sender: str, link: str, *, subject: str, opening: str, button: str, after: tuple[str, ...]
) -> AccountView:
    words = documents.labels(locale)
    return AccountView(
        language=words.language,
        subject=subject,
        preheader=opening,
        sender=sender,
        before=(words.mail.greeting_plain, opening),
        after=(" ".join(after),) if after else (),
        button=button,
        link=link,
        accent=f"#{HOUSE}",
        on_accent=f"#{text_on(HOUSE)}",
        copy_link=texts(locale).copy_link,
    )
