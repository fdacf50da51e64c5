"""Accounts and access tokens: nouns, rules for addresses, passwords and profiles, and how the room refuses."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Kind, Problem

PASSWORD_CHARACTERS: Final = range(8, 201)
NEVER: Final = -1
"""The `ttl` of a token that does not expire."""
LONGEST_TTL_SECONDS: Final = 36_500 * 24 * 60 * 60
CONFIRMATION_TTL_SECONDS: Final = 7 * 24 * 60 * 60
RESET_TTL_SECONDS: Final = 60 * 60

_LONGEST_TEXT, _LONGEST_LINK, _MOST_CUSTOM_CHARACTERS = 500, 2_000, 60_000
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}\Z")
_LINKS = frozenset(
    "activate_redirect reset_redirect invitation_link invitation_new_link document_shareable_link".split()
)


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an account tells about itself; None is "not told". On a root account the links hold for its children."""

    firstname: str | None = None
    lastname: str | None = None
    tax_number: str | None = None
    software_supplier_tax_number: str | None = None
    role: str | None = None
    label: str | None = None
    activate_redirect: str | None = None
    reset_redirect: str | None = None
    invitation_link: str | None = None
    invitation_new_link: str | None = None
    document_shareable_link: str | None = None
    disable_creating_child_organizations: bool | None = None
    skip_child_account_verification: bool | None = None
    newsletter: bool | None = None
    product_updates: bool | None = None
    realm: str | None = None
    username: str | None = None
    billing_organization_id: str | None = None


class Account(msgspec.Struct, frozen=True):
    """A person or a platform. A root account is its own root and has no parent."""

    id: Id
    root_id: Id
    parent_id: Id | None
    email: str
    email_verified: bool
    email_assumed: bool
    locale: str
    profile: Profile
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def is_root(self) -> bool:
        """Whether the account is the root of its tree."""
        return self.id == self.root_id

    @property
    def is_proved(self) -> bool:
        """Whether a mail has shown that the address is its own: the word of its root alone holds within its tree."""
        return self.email_verified and not self.email_assumed


class Changes(msgspec.Struct, frozen=True):
    """What is to be set on an account; None leaves a value alone, None within `profile` takes it away."""

    email: str | None = None
    locale: str | None = None
    profile: dict[str, Any] = {}
    custom: dict[str, Any] | None = None


class AccessToken(msgspec.Struct, frozen=True):
    """A token as it is kept: of the token itself only the last four characters can be shown again."""

    id: Id
    account_id: Id
    hint: str
    ttl_seconds: int
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None


class Granted(msgspec.Struct, frozen=True):
    """A fresh token: the one moment in which the token itself is known."""

    token: str
    kept: AccessToken

    def __repr__(self) -> str:
        return f"Granted({self.kept.id}, …{self.kept.hint})"


class LoginFailed(Problem):
    """Login failed: no account has this e-mail address and password."""

    kind = Kind.UNAUTHENTICATED
    code = "LOGIN_FAILED"


class LoginThrottled(Problem):
    """Too many failed attempts; try again in {wait_seconds} seconds."""

    kind = Kind.THROTTLED
    code = "LOGIN_THROTTLED"


class ResetThrottled(Problem):
    """Too many password resets were asked for; try again in {wait_seconds} seconds."""

    kind = Kind.THROTTLED
    code = "RESET_THROTTLED"


class ConfirmationThrottled(Problem):
    """Too many confirmation mails were asked for; try again in {wait_seconds} seconds."""

    kind = Kind.THROTTLED
    code = "CONFIRMATION_THROTTLED"


class VisitsThrottled(Problem):
    """The link was asked for too often; try again in {wait_seconds} seconds."""

    kind = Kind.THROTTLED
    code = "LINK_THROTTLED"


class SignUpClosed(Problem):
    """Sign-up is closed on this server: an account can only be created with the access token of an existing one."""

    kind = Kind.UNAUTHENTICATED
    code = "SIGNUP_CLOSED"


class ChildOrganizationsDisabled(Problem):
    """The platform this account belongs to creates organizations for its accounts; ask it for one."""

    kind = Kind.UNAUTHENTICATED
    code = "CHILD_ORGANIZATIONS_DISABLED"


TAKEN: Final = Fault("email", "uniqueness", "belongs to an account already")


def normalized_email(text: str) -> str | None:
    """Return an address as it is stored and compared (lower case, domain in ASCII), or None when it is none.

    Accepted is a dot-atom at a domain name (RFC 5321 lengths); quoted local parts and address literals are not.
    """
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or len(local) > 64 or len(domain) > 253:
        return None
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    email = f"{local}@{domain}"
    return email if len(email) <= 254 and _LOCAL.match(local) and _DOMAIN.match(domain) else None


def email_faults(text: str) -> list[Fault]:
    """Return what is wrong with an address as it was written."""
    if not text.strip():
        return [Fault("email", "presence", "can't be blank")]
    return [] if normalized_email(text) else [Fault("email", "format", "is not a valid e-mail address")]


def password_faults(password: str, path: str) -> list[Fault]:
    """Return what is wrong with a new password; 8 to 200 characters are fine, whatever they are."""
    if not password:
        return [Fault(path, "presence", "can't be blank")]
    if len(password) in PASSWORD_CHARACTERS:
        return []
    return [
        Fault(path, "length", f"must have {PASSWORD_CHARACTERS.start} to {PASSWORD_CHARACTERS.stop - 1} characters")
    ]


def ttl_faults(ttl_seconds: int | None) -> list[Fault]:
    """Return what is wrong with the life of a token: seconds, or -1 for ever."""
    if ttl_seconds is None or ttl_seconds == NEVER or 1 <= ttl_seconds <= LONGEST_TTL_SECONDS:
        return []
    return [Fault("ttl", "numericality", f"must be -1 (never expires) or 1 to {LONGEST_TTL_SECONDS} seconds")]


def changes_faults(changes: Changes) -> list[Fault]:
    """Return everything that is wrong with what is to be set on an account."""
    faults = email_faults(changes.email) if changes.email is not None else []
    if changes.locale is not None and not _LOCALE.match(changes.locale):
        faults.append(Fault("locale", "format", "is not a language such as `en` or `nl-BE`"))
    faults += [fault for name, value in changes.profile.items() if (fault := _profile_fault(name, value))]
    if changes.custom is not None and sum(map(len, _texts(changes.custom))) > _MOST_CUSTOM_CHARACTERS:
        faults.append(Fault("custom", "length", f"must have at most {_MOST_CUSTOM_CHARACTERS} characters in all"))
    return faults


def _profile_fault(name: str, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return None
    first, *rest = name.split("_")
    path = first + "".join(word.capitalize() for word in rest)
    longest = _LONGEST_LINK if name in _LINKS else _LONGEST_TEXT
    if len(value) > longest:
        return Fault(path, "length", f"must have at most {longest} characters")
    if name in _LINKS and value and not _is_link(value):
        return Fault(path, "format", "is not a URL such as https://app.example.com/welcome")
    return None


def _is_link(text: str) -> bool:
    """Tell whether a text is a web address that a browser reads as we do."""
    if re.search(r"[\s\x00-\x20\x7f\\]", text):
        return False
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and "@" not in url.netloc and url.port != 0
    except ValueError:
        return False


def may_redirect(target: str, configured: list[str], public_url: str) -> bool:
    """Tell whether a link in a mail may lead on to `target`: a configured address itself, or anything of ours."""
    if target in configured:
        return True
    ours, wanted = urlsplit(public_url), public_url + target if re.match(r"/(?!/)", target) else target
    if not _is_link(wanted):
        return False
    there = urlsplit(wanted)
    return (there.scheme, there.netloc) == (ours.scheme, ours.netloc)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in free-form data, however deep: keys, values, and numbers as they are written."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        else:
            yield str(node)
