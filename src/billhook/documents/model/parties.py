"""Issuer and client of a new document: copies of what is stored, with what the caller said winning."""

from datetime import datetime
from typing import Any

import msgspec

from billhook.clients.model import faults_of_lengths
from billhook.documents.model.document import Party
from billhook.documents.model.ground import Ground, KnownClient, KnownUnit
from billhook.kernel import countries, ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault
from billhook.organizations.model import Identity, is_email

IDENTITY_FIELDS = frozenset(Identity.__struct_fields__)
_FILLED = ("address2", "tax_number", "company_number", "iban", "bank", "swift")


_LEGAL = ("tax_number", "tax_subject", "company_number", "iban", "bank", "swift", "business_type", "fiscal_region_code")
"""What belongs to a legal entity and not to a mailbox."""
_BESIDE = ("custom", "data", "contact", "is_end_customer")


_ADDRESS = ("address", "address2", "city", "zip", "state", "country", "country_code")


class Client(msgspec.Struct, frozen=True):
    """The client of a document: its snapshot, the client it links to, and whether that one is new."""

    party: Party
    client_id: Id
    is_new: bool


def issuer(ground: Ground, said: dict[str, Any], unit: KnownUnit | None = None) -> Party:
    """Return the issuer: the organization, on it its unit, with what was said winning.

    A unit's address replaces the organization's as a whole. Unset parts the seeds fill are empty texts.
    """
    fields = msgspec.structs.asdict(ground.identity)
    if unit is not None:
        own = {name: value for name, value in msgspec.structs.asdict(unit.identity).items() if value is not None}
        fields |= dict.fromkeys(_ADDRESS) if own.keys() & set(_ADDRESS) else {}
        fields |= own
    fields |= {name: "" for name in _FILLED if fields[name] is None}
    fields |= {"custom": ground.custom, "data": ground.data}
    fields |= said
    return Party(
        **_with_country_code(fields, said),
        id=ids.embedded(),
        created_at=ground.created_at,
        updated_at=ground.updated_at,
    )


def client(ground: Ground, said: dict[str, Any], shard: int, now: datetime) -> Client:
    """Return the client: the stored one that was named or has the e-mail that was said, else a new one."""
    known = ground.client
    fields: dict[str, Any] = {"is_end_customer": False}
    if known is not None:
        fields |= msgspec.structs.asdict(known.identity) | {name: getattr(known, name) for name in _BESIDE}
        if _is_somebody_else(known, said):
            fields |= dict.fromkeys(_LEGAL) | {"contact": None, "is_end_customer": False}
    fields |= said
    party = Party(**_with_country_code(fields, said), id=ids.embedded(), created_at=now, updated_at=now)
    if known is not None:
        return Client(party, ids.from_uuid(known.id), is_new=False)
    return Client(party, ids.new(shard), is_new=True)


def _is_somebody_else(known: KnownClient, said: dict[str, Any]) -> bool:
    """Tell whether the said name is another one than the stored client's: two companies may share a mailbox."""
    name = str(said.get("name") or "").strip().casefold()
    return bool(name) and name != known.identity.name.strip().casefold()


def identity_of(party: Party) -> Identity:
    """Return the address block of a snapshot, to store a new client."""
    return Identity(**{name: getattr(party, name) for name in IDENTITY_FIELDS})


def faults_of(ground: Ground, said: dict[str, Any], client_id: str | None) -> list[Fault]:
    """Return what is wrong with the parties as said, in wire paths."""
    faults = []
    if client_id is not None and (ground.client is None or ids.from_uuid(ground.client.id) != client_id):
        faults.append(Fault("clientId", "inclusion", "is no client of this organization"))
    elif ground.client is None and not str(said.get("name") or "").strip():
        message = "can't be blank; give the client's name, or the `clientId` of a stored one"
        faults.append(Fault("_documentClient.name", "presence", message))
    return faults + faults_of_said(said)


def faults_of_said(said: dict[str, Any]) -> list[Fault]:
    """Return what is wrong with a client as said, whoever it is linked to, in wire paths."""
    faults = faults_of_lengths(said.get("name"), said.get("tax_number"), "_documentClient.")
    if said.get("email") and not is_email(str(said["email"])):
        faults.append(Fault("_documentClient.email", "format", "is not an e-mail address"))
    return faults


def _with_country_code(fields: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    if "country" in said or not fields.get("country_code"):
        found = countries.match(str(fields.get("country") or ""))
        code = found.alpha2 if found else said.get("country_code")
        return fields | {"country_code": code}
    return fields
