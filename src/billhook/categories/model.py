"""The nouns: a category, and the share of a document that belongs in one. Amounts are whole minor units."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.kernel import money
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault

MAX_NAME: Final = 200
MAX_SHARES: Final = 100
"""Of a document."""
_ALIAS: Final = re.compile(r"[\w.-]{1,100}\Z")


class NewCategory(msgspec.Struct, frozen=True, kw_only=True):
    """A category as asked for; programs name it by its alias."""

    name: str = ""
    alias: str = ""
    description: str | None = None
    custom: dict[str, Any] = {}


class Category(msgspec.Struct, frozen=True):
    """One category, as stored."""

    id: Id
    organization_id: Id
    name: str
    alias: str
    description: str | None
    custom: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewShare(msgspec.Struct, frozen=True, kw_only=True):
    """A share as asked for: category by id or alias; without an amount (major units) all not shared out yet.

    Without a date it counts for the document's.
    """

    category_id: str | None = None
    alias: str | None = None
    amount: Decimal | None = None
    date: datetime | None = None
    custom: dict[str, Any] = {}


class Share(msgspec.Struct, frozen=True):
    """How much of a document belongs in a category, and the day it counts for."""

    id: Id
    organization_id: Id
    document_id: Id
    category_id: Id
    amount: int
    currency: str
    exponent: int
    date: datetime
    custom: dict[str, Any]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Ground(msgspec.Struct, frozen=True):
    """What a new share stands on: its document, the category it names, and what was shared out before."""

    currency: str
    exponent: int
    total_with_tax: int
    date: datetime
    category: Id | None
    shared: int
    shares: int


def faults_of(new: NewCategory) -> list[Fault]:
    """Return what is wrong with a category."""
    faults = []
    if not new.name.strip():
        faults.append(Fault("name", "presence", "can't be blank"))
    elif len(new.name) > MAX_NAME:
        faults.append(Fault("name", "length", f"must have at most {MAX_NAME} characters"))
    if not new.alias:
        faults.append(Fault("alias", "presence", "can't be blank: programs name the category by it"))
    elif not _ALIAS.match(new.alias):
        message = "must have at most 100 letters, digits, dots, underscores and hyphens"
        faults.append(Fault("alias", "format", message))
    return faults


def faults_of_share(new: NewShare, ground: Ground, at: str = "") -> list[Fault]:
    """Return what is wrong with a share; `at` is the path that stands before its fields."""
    faults = []
    if new.category_id is None and new.alias is None:
        faults.append(Fault(f"{at}categoryId", "presence", "can't be blank; or say `categoryAlias`"))
    elif ground.category is None:
        field = "categoryId" if new.category_id is not None else "categoryAlias"
        faults.append(Fault(f"{at}{field}", "inclusion", "names no category of this organization"))
    if new.amount is not None and not _is_amount(new.amount, ground.exponent):
        message = f"must be a number with at most {ground.exponent} decimals in this currency"
        faults.append(Fault(f"{at}amount", "numericality", message))
    if ground.shares >= MAX_SHARES:
        faults.append(Fault(f"{at}id", "too_many", f"would be one more than the {MAX_SHARES} a document may have"))
    return faults


def _is_amount(amount: Decimal, exponent: int) -> bool:
    return money.fits(amount, exponent) and abs(money.to_minor(amount, exponent)) < money.MAX_MINOR


def amount_of(new: NewShare, ground: Ground) -> int:
    """Return the amount of a share in minor units: what was said, else what is not shared out yet."""
    if new.amount is None:
        return ground.total_with_tax - ground.shared
    return money.to_minor(new.amount, ground.exponent)
