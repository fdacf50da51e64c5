"""What a unit is, and what can be wrong with one."""

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault
from billhook.organizations.model import Identity, check_identity

KINDS: Final = ("logo", "signature")
MOST_UNITS: Final = 1000
LONGEST_PREFIX: Final = 20
_PREFIX = re.compile(r"[A-Z0-9]+([./_-][A-Z0-9]+)*\Z")


class Unit(msgspec.Struct, frozen=True):
    """One branch, as stored. `prefix` stands before its numbers: `B2-2026-00001`."""

    id: Id
    organization_id: Id
    prefix: str
    identity: Identity
    custom: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


def faults_of(identity: Identity, prefix: str | None) -> list[Fault]:
    """Return what is wrong with a unit as it is to be; a prefix is checked where one was said."""
    faults = check_identity(identity, country_required=False, what="unit")
    if prefix is not None and not (len(prefix) <= LONGEST_PREFIX and _PREFIX.match(prefix)):
        message = f"must have 1 to {LONGEST_PREFIX} capital letters and digits, with `-`, `.`, `/` or `_` between them"
        faults.append(Fault("numberPrefix", "format", message))
    return faults
