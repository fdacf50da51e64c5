"""What an organization is: its identity, how it is derived from a country, its settings."""

import enum
import re
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from stdnum import iban

from billhook.kernel import countries, money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, Kind, Problem
from billhook.organizations.rules import faults_of_rules

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")


class Deactivated(Problem):
    """The organization is deactivated; activate it first: POST /Organizations/:id/activate."""

    kind = Kind.INVALID
    code = "ORGANIZATION_DEACTIVATED"


class ReadOnlyAccess(Problem):
    """Your access to this organization is read-only; ask one of its admins for another role."""

    kind = Kind.UNAUTHENTICATED
    code = "READ_ONLY_ACCESS"


class AdminRequired(Problem):
    """Only an admin of the organization may do this."""

    kind = Kind.UNAUTHENTICATED
    code = "ADMIN_REQUIRED"


class Identity(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The address block that organizations, clients and the snapshots of both share. None is "never said"."""

    name: str = ""
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    state: str | None = None
    country: str | None = None
    country_code: str | None = None
    tax_number: str | None = None
    tax_subject: bool | None = None
    company_number: str | None = None
    iban: str | None = None
    bank: str | None = None
    swift: str | None = None
    website: str | None = None
    email: str | None = None
    phone: str | None = None
    business_type: str | None = None
    fiscal_region_code: str | None = None


class Organization(msgspec.Struct, frozen=True):
    """One organization, as stored."""

    id: Id
    account_id: Id
    root_account_id: Id
    locale: str
    timezone: str
    currency: str
    rounding: str
    active: bool
    activated_at: datetime | None
    deactivated_at: datetime | None
    identity: Identity
    custom: dict[str, Any]
    data: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime


class NewOrganization(msgspec.Struct, frozen=True):
    """What is said when an organization is created; what is not said is derived from its country."""

    identity: Identity
    locale: str | None = None
    timezone: str | None = None
    custom: dict[str, Any] = {}
    data: list[dict[str, Any]] = []


class Setting(msgspec.Struct, frozen=True):
    """One setting ("Default" on the wire)."""

    id: Id
    organization_id: Id
    name: str
    value: Any
    description: str | None
    l10n: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class Entered(msgspec.Struct, frozen=True):
    """That an account may act for an organization, and as what."""

    organization_id: Id
    role: str
    active: bool


def check_identity(identity: Identity, *, country_required: bool, what: str) -> list[Fault]:
    """Return what is wrong with an address block."""
    faults = []
    if not identity.name.strip():
        faults.append(Fault("name", "presence", "can't be blank"))
    if country_required and not (identity.country or "").strip():
        faults.append(Fault("country", "presence", "can't be blank"))
    elif country_required and identity.country_code is None:
        message = f"is no country we know; the {what} needs one: its name in any language, or its ISO code"
        faults.append(Fault("country", "inclusion", message))
    if identity.email and not is_email(identity.email):
        faults.append(Fault("email", "format", "is not an e-mail address"))
    if identity.iban and not iban.is_valid(identity.iban, check_country=False):
        faults.append(Fault("IBAN", "format", "is not an IBAN: its check digits do not fit"))
    return faults


_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\Z")


def is_email(text: str) -> bool:
    """Tell whether a text can be written to; what lies behind it only a mail can tell."""
    return _EMAIL.match(text) is not None and text.isprintable()


def with_country_code(identity: Identity) -> Identity:
    """Derive the alpha-2 code from the country as written, in any language."""
    found = countries.match(identity.country) if identity.country else None
    return msgspec.structs.replace(identity, country_code=found.alpha2 if found else None)


def check_locale(locale: str | None, timezone: str | None) -> list[Fault]:
    """Return what is wrong with a language tag and a zone."""
    faults = []
    if locale is not None and not _LOCALE.match(locale):
        faults.append(Fault("locale", "format", "is not a language tag such as nl-BE"))
    if timezone is not None and not is_zone(timezone):
        faults.append(Fault("timezone", "inclusion", "is not a time zone such as Europe/Brussels"))
    return faults


def is_zone(name: str) -> bool:
    """Tell whether a text names an IANA time zone."""
    return name in available_timezones() and bool(ZoneInfo(name))


class Derived(msgspec.Struct, frozen=True):
    """What an organization's country decides, where nobody said otherwise."""

    locale: str
    timezone: str
    currency: str


def derive(new: NewOrganization) -> Derived:
    """Return locale, zone and currency. Raises Invalid with every fault of the organization."""
    faults = check_identity(new.identity, country_required=True, what="organization")
    faults += check_locale(new.locale, new.timezone)
    country = countries.get(new.identity.country_code or "")
    if faults or country is None:
        raise Invalid("Organization", faults)
    currency = currency_of(country.alpha2)
    return Derived(new.locale or country.locale, new.timezone or country.timezone, currency)


def currency_of(country_code: str | None) -> str:
    """Return the currency an organization of a country begins with: the country's if we know it, else the euro."""
    country = countries.get(country_code or "")
    return country.currency if country and country.currency in money.EXPONENT_OF else "EUR"


def first_settings(currency: str) -> dict[str, Any]:
    """Return the settings an organization starts with, under the names of the dialect."""
    return {**_FIRST, "currencyId": currency}


# Templates of smart codes; [payment instructions] and [thank you] become sentences in the document's language.
_NOTE: Final = "[payment instructions]\n\n[tax clause]\n\n[thank you]"
_FIRST: Final[dict[str, Any]] = {
    "currencyId": "EUR",
    "decimalPlaces": 9,
    "invoice_dueDays": 30,
    "estimate_validTillDays": 30,
    "invoice_note": _NOTE,
    "estimate_note": "[tax clause]\n\n[thank you]",
    "advance_note": _NOTE,
    "credit-note_note": "[tax clause]",
    "delivery-note_note": "[thank you]",
    "signature": "[organization name]",
    "footer": "[organization name], [address], [zip] [city], [country], [tax number line], [company number line]",
    "email_document": "",
    "email_reminder": "",
    "reminders": [],
    "color_main": "0b6e4f",
    "pdf_template": "classic",
    "image_logo": False,
    "image_signature": False,
}

MAX_NAME = 200


def check_setting(name: str, value: Any, *, known_currencies: frozenset[str] = frozenset(money.EXPONENT_OF)) -> None:
    """Refuse values that would break what depends on them; other names may hold anything. Raises Invalid."""
    faults = []
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not name.strip() or len(name) > MAX_NAME:
        faults.append(Fault("name", "presence", f"must be a text of 1 to {MAX_NAME} characters"))
    if name == "currencyId" and value not in known_currencies:
        faults.append(Fault("value", "inclusion", "is not a currency code such as EUR"))
    if name in ("invoice_dueDays", "estimate_validTillDays") and not (whole and 0 <= value <= 3650):
        faults.append(Fault("value", "numericality", "must be a whole number of days from 0 to 3650"))
    if name == "decimalPlaces" and not (whole and 0 <= value <= 9):
        faults.append(Fault("value", "numericality", "must be a whole number from 0 to 9"))
    if name == "rounding" and value not in ("document", "line"):
        faults.append(Fault("value", "inclusion", "must be `document` or `line`"))
    faults += faults_of_rules(name, value)
    is_text = name.endswith("_note") or name in ("signature", "footer", "email_document", "email_reminder")
    if is_text and not isinstance(value, str | None):
        faults.append(Fault("value", "type", "must be a text"))
    if name == "color_main" and not (isinstance(value, str) and re.fullmatch(r"#?[0-9a-fA-F]{6}", value)):
        faults.append(Fault("value", "format", "must be a colour such as 0b6e4f"))
    if faults:
        raise Invalid("Default", faults)


class Role(enum.StrEnum):
    """What who may act for an organization may do: `readonly` reads, `default` works, `admin` manages it too."""

    DEFAULT = "default"
    ADMIN = "admin"
    READONLY = "readonly"


class Access(msgspec.Struct, frozen=True):
    """That somebody may act for an organization, or is invited to. Without an account it waits for an address."""

    id: Id
    organization_id: Id
    account_id: Id | None
    role: str
    active: bool
    disabled: bool
    rejected: bool
    invitation_email: str | None
    inviter_id: Id | None
    inviter_root_id: Id | None
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    email: str | None
    firstname: str | None
    lastname: str | None
    organization_name: str | None

    @property
    def waits(self) -> bool:
        """Whether it is an invitation that was not answered yet."""
        return not self.active and not self.rejected

    @property
    def is_live_admin(self) -> bool:
        """Whether its account manages the organization at present."""
        stands = self.active and not self.disabled and not self.rejected
        return stands and self.account_id is not None and self.role == Role.ADMIN


class Invitation(msgspec.Struct, frozen=True):
    """What is said of who is to act for an organization: an account of the inviter's tree, or any address."""

    account_id: str | None = None
    email: str | None = None
    role: str = Role.DEFAULT
    require_confirmation: bool = True
    send_email: bool = True


class Letter(msgspec.Struct, frozen=True):
    """What the mail of an invitation says, with the token that shows and answers it."""

    access: Access
    organization: Organization
    token: str

    def __repr__(self) -> str:
        return f"Letter({self.access.id})"


MOST_WAITING: Final = 100
"""How many invitations of one organization may wait for an answer."""


class LastAdmin(Problem):
    """An organization needs an admin: make somebody else one first."""

    kind = Kind.INVALID
    code = "LAST_ADMIN"


class InvitationAnswered(Problem):
    """The invitation was answered before; ask an admin of the organization for another one."""

    kind = Kind.INVALID
    code = "INVITATION_ANSWERED"


class TooManyInvitations(Problem):
    """{most} invitations wait for an answer already; withdraw some of them first."""

    kind = Kind.INVALID
    code = "TOO_MANY_INVITATIONS"


class ConfirmationNeeded(Problem):
    """Only a root account with a confirmed address may give access without asking who gets it."""

    kind = Kind.UNAUTHENTICATED
    code = "CONFIRMATION_NEEDED"


class InvitationThrottled(Problem):
    """Too many invitations were mailed; try again in {wait_seconds} seconds."""

    kind = Kind.THROTTLED
    code = "INVITATION_THROTTLED"


def check_invitation(new: Invitation) -> list[Fault]:
    """Return what is wrong with an invitation, as far as that can be seen without looking anything up."""
    faults = check_role(new.role)
    if not new.account_id and not (new.email or "").strip():
        faults.append(Fault("email", "presence", "or `accountId` has to say who is invited"))
    if new.require_confirmation and not new.send_email:
        message = "can only be turned off where `requireConfirmation` is off too: who is asked has to know of it"
        faults.append(Fault("sendEmail", "inclusion", message))
    return faults


def check_role(role: str) -> list[Fault]:
    """Return what is wrong with a role."""
    if role in tuple(Role):
        return []
    return [Fault("role", "inclusion", "must be `default`, `admin` or `readonly`")]
