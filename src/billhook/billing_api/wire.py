"""How names and shared shapes look on the wire of the billing API: UUIDs, major units, rates as decimals."""

import typing
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from billhook.kernel import ids, money, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import NotYours
from billhook.web import is_sane, words_of

UNSET = msgspec.UNSET
Amount = Decimal
"""Major units, exactly."""


class In(msgspec.Struct, kw_only=True, rename="camel"):
    """A body: what was not said is UNSET, so that null can mean null. Unknown keys are ignored."""

    def __post_init__(self) -> None:
        """Refuse what a text may smuggle in as a number: `NaN`, `Infinity`, `1E+999999`."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and not is_sane(value):
                raise ValueError("must be a number of a sane size")


class Out(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """An answer: what is unset is left out."""


def words() -> frozenset[str]:
    """Return every key that means something somewhere in this dialect."""
    return words_of(In, Out)


Text = str | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
Number = Decimal | None | msgspec.UnsetType
Whole = int | None | msgspec.UnsetType


class MoneyAmountOut(Out, kw_only=True):
    """An amount with its currency."""

    currency_code: str
    gross_amount: Amount


class TaxOut(Out, kw_only=True):
    """What a tax comes to; `rate` is a decimal, 0.21 for 21 %."""

    amount: Amount
    inclusive: bool
    rate: Amount
    taxable_amount: Amount


class AddressOut(Out, kw_only=True):
    """A postal address."""

    city: str
    country_code: str | None
    line1: str
    line2: str
    postal_code: str
    state: str


class UserOut(Out, kw_only=True):
    """A person who is a customer."""

    id: str
    name: str | None
    surname: str | None
    email: str | None
    phone_number: str | None
    about: str | None
    photo_url: str | None


class CustomerOut(Out, kw_only=True):
    """Who is invoiced: a company, or a person with a membership."""

    id: str
    type: typing.Literal["company", "user"]
    title: str | None = None
    user: UserOut | None = None


def given(value: Any, default: Any = None) -> Any:
    """Return a field's value, or `default` when it was not said or null was."""
    return default if value is UNSET or value is None else value


def shown(id: str) -> str:
    """Return an id as this dialect shows it."""
    return str(ids.to_uuid(id))


def named(text: str) -> Id:
    """Return the id that a UUID of this dialect names. Raises NotYours: nothing has a UUID of another form."""
    found = ids.of_uuid_text(text)
    if found is None:
        raise NotYours
    return found


def iso(instant: datetime | None) -> str | None:
    """Return an instant as it is emitted, or None."""
    return None if instant is None else time.iso(instant)


def major(minor: int, exponent: int) -> Decimal:
    """Return minor units as the major-unit number of the wire."""
    return Decimal(money.to_major(minor, exponent))


def rate(percent: Decimal) -> Decimal:
    """Return a percentage as a decimal: 21 is 0.21."""
    return Decimal(money.plain(percent / 100))
