"""From a view to the two bodies of a mail: plain text, and HTML with its styles inlined."""

from functools import cache

import css_inline
import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape


class Pair(msgspec.Struct, frozen=True):
    """A caption and what it captions."""

    label: str
    value: str


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail to an account shows, and the frame of every mail. Texts are display strings."""

    language: str
    subject: str
    preheader: str
    sender: str
    before: tuple[str, ...]
    """Paragraphs above the button."""
    after: tuple[str, ...]
    """Paragraphs below it."""
    button: str
    link: str
    """Where the button leads; empty where there is nothing to open."""
    accent: str
    on_accent: str
    footer: str = ""
    copy_link: str = ""


class DocumentView(AccountView, frozen=True, kw_only=True):
    """What a mail with a document shows besides."""

    title: str
    number: str
    amount_label: str
    amount: str
    standing: str = ""
    """When it is due, or that it is paid."""
    late: bool = False
    details: tuple[Pair, ...] = ()
    bank_title: str = ""
    bank: tuple[Pair, ...] = ()


class Rendered(msgspec.Struct, frozen=True):
    """A mail in words."""

    subject: str
    text: str
    html: str


def render(view: AccountView) -> Rendered:
    """Return a mail's subject and bodies."""
    name = "document" if isinstance(view, DocumentView) else "account"
    values = msgspec.structs.asdict(view)
    text = _templates().get_template(f"{name}.txt").render(values)
    html = _inliner().inline(_templates().get_template(f"{name}.html").render(values))
    return Rendered(view.subject, text.strip("\n") + "\n", html)


def _lines(text: str) -> Markup:
    """Return escaped text with its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["lines"] = _lines
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    """Return what moves styles to the elements; the dark and the narrow side stay in a style element."""
    return css_inline.CSSInliner(load_remote_stylesheets=False)
