"""Mails to accounts: confirm an address, set a new password."""

from billhook import documents
from billhook.delivery.mail.render import AccountView
from billhook.delivery.mail.texts import texts
from billhook.kernel.colour import HOUSE, text_on


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


def _view(
    locale: str, sender: str, link: str, *, subject: str, opening: str, button: str, after: tuple[str, str]
) -> AccountView:
    words = documents.labels(locale)
    return AccountView(
        language=words.language,
        subject=subject,
        preheader=opening,
        sender=sender,
        before=(words.mail.greeting_plain, opening),
        after=(" ".join(after),),
        button=button,
        link=link,
        accent=f"#{HOUSE}",
        on_accent=f"#{text_on(HOUSE)}",
        copy_link=texts(locale).copy_link,
    )
