"""Who is invoiced: a client as said and as stored, and what the numbers it goes by are worth."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.kernel import checks, countries, ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault
from billhook.organizations.model import Identity, is_email

MAX_NAME: Final = 500
MAX_TAX_NUMBER: Final = 100
"""Longer ones would not fit an index, and are no names and no numbers."""
TYPES: Final = ("customer", "supplier", "both")
_IDENTITY = frozenset(Identity.__struct_fields__)


class Details(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is kept for the caller and means nothing to us."""

    company_id: str | None = None
    unit_id: Id | None = None
    unit_ids: tuple[Id, ...] | None = None


class Check(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a check of a number said, and when: `field` as on the wire, `value` as it was checked."""

    field: str
    value: str
    valid: bool
    rule: str
    means: str
    reason: str | None = None
    at: datetime


class NewClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client as said."""

    identity: Identity = Identity()
    type: str | None = None
    contact: str | None = None
    note: str | None = None
    is_end_customer: bool = False
    details: Details = Details()
    custom: dict[str, Any] = {}
    data: list[dict[str, Any]] = []


class Client(msgspec.Struct, frozen=True):
    """One client, as stored."""

    id: Id
    organization_id: Id
    identity: Identity
    type: str | None
    contact: str | None
    note: str | None
    is_end_customer: bool
    details: Details
    checks: tuple[Check, ...]
    custom: dict[str, Any]
    data: list[dict[str, Any]]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


_OWN = frozenset(NewClient.__struct_fields__) - {"identity", "details"}
_EMPTY: Final = {"is_end_customer": False, "custom": {}, "data": []}


def as_said(client: Client) -> NewClient:
    """Return a stored client as if it were said again."""
    return NewClient(**{name: getattr(client, name) for name in NewClient.__struct_fields__})


def merged(before: NewClient, said: dict[str, Any]) -> NewClient:
    """Return a client changed by what is said of it, by field; None takes a value away."""
    identity = {name: value for name, value in said.items() if name in _IDENTITY}
    details = {name: value for name, value in said.items() if name in Details.__struct_fields__}
    own = {name: _EMPTY.get(name) if value is None else value for name, value in said.items() if name in _OWN}
    if identity.get("name", "") is None:
        identity["name"] = ""
    return msgspec.structs.replace(
        before,
        identity=with_country_code(msgspec.structs.replace(before.identity, **identity), said),
        details=msgspec.structs.replace(before.details, **details),
        **own | ({"type": own["type"] or None} if "type" in own else {}),
    )


def with_country_code(identity: Identity, said: dict[str, Any]) -> Identity:
    """Derive the alpha-2 code from a country as written, in any language; a code that was said stands by itself."""
    if "country" not in said and "country_code" not in said:
        return identity
    code = str(said.get("country_code") or "").strip()
    found = countries.match(code or identity.country or "")
    return msgspec.structs.replace(identity, country_code=found.alpha2 if found else code or None)


def faults_of(new: NewClient) -> list[Fault]:
    """Return what is wrong with a client as said, in wire paths."""
    identity, faults = new.identity, []
    if not identity.name.strip():
        faults.append(Fault("name", "presence", "can't be blank"))
    faults += faults_of_lengths(identity.name, identity.tax_number)
    if identity.email and not is_email(identity.email):
        faults.append(Fault("email", "format", "is not an e-mail address"))
    if identity.country_code and countries.get(identity.country_code) is None:
        faults.append(Fault("countryAlpha2Code", "inclusion", "is no country's ISO code of two letters"))
    if new.type is not None and new.type not in TYPES:
        faults.append(Fault("type", "inclusion", f"must be one of {', '.join(TYPES)}"))
    if new.details.unit_id is not None and not ids.is_id(new.details.unit_id):
        faults.append(Fault("unitId", "format", "is not an id"))
    if not all(ids.is_id(unit) for unit in new.details.unit_ids or ()):
        faults.append(Fault("unitIds", "format", "must be a list of ids"))
    return faults


def faults_of_lengths(name: object, tax_number: object, path: str = "") -> list[Fault]:
    """Return what is too long of a client, stored or named by a document; `path` stands before the names."""
    faults = []
    if len(str(name or "")) > MAX_NAME:
        faults.append(Fault(f"{path}name", "length", f"must have at most {MAX_NAME} characters"))
    if len(str(tax_number or "")) > MAX_TAX_NUMBER:
        faults.append(Fault(f"{path}taxNumber", "length", f"must have at most {MAX_TAX_NUMBER} characters"))
    return faults


def checks_of(identity: Identity, now: datetime, before: Sequence[Check] = ()) -> tuple[Check, ...]:
    """Return what can be said of a client's numbers and its country; what was said before of the same stands.

    What is wrong is marked, not refused: a client's typing error must not keep an invoice from being written.
    """
    found: list[tuple[str, str, checks.Verdict | None]] = []
    if identity.tax_number and identity.tax_number.strip():
        verdict = checks.tax_number(identity.tax_number, identity.country_code)
        found.append(("taxNumber", identity.tax_number, verdict))
    if identity.iban and identity.iban.strip():
        found.append(("IBAN", identity.iban, checks.iban(identity.iban)))
    if identity.country and identity.country.strip() and not identity.country_code:
        found.append(("country", identity.country, checks.UNKNOWN_COUNTRY))
    fresh = [_check(field, value, verdict, now) for field, value, verdict in found if verdict is not None]
    known = {(check.field, check.value, check.rule): check for check in before}
    return tuple(known.get((check.field, check.value, check.rule), check) for check in fresh)


def _check(field: str, value: str, verdict: checks.Verdict, now: datetime) -> Check:
    return Check(
        field=field,
        value=value,
        valid=verdict.valid,
        rule=verdict.rule,
        means=checks.OFFLINE,
        reason=verdict.reason,
        at=now,
    )
