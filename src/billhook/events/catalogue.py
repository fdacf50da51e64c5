"""The catalogue: every type of event, what it means, and how it is told to a program. Pure."""

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook.events.model import Event
from billhook.kernel import ids, money, time
from billhook.kernel.problems import Fault

_AMOUNTS: Final = frozenset({"amount", "total", "total_with_tax", "total_paid", "total_due"})
_INSTANTS: Final = frozenset({"date", "date_due"})
_NOT_OURS: Final = frozenset({"currency_id", "unique_id", "transaction_id"})
Amount = Decimal | int


class Facts(msgspec.Struct, kw_only=True, rename="camel"):
    """What an event says of the thing it happened to; `id` is the thing's. Amounts are in major units."""

    id: str


class DocumentFacts(Facts, kw_only=True):
    """A document as it was then."""

    type: str
    incoming: bool
    draft: bool
    canceled: bool
    paid_in_full: bool
    number: str | None
    date: str
    date_due: str | None
    currency_id: str
    total: Amount
    total_with_tax: Amount
    total_paid: Amount
    total_due: Amount
    client_id: str | None
    unit_id: str | None
    previous_document_id: str | None
    unique_id: str | None


class PaymentFacts(Facts, kw_only=True):
    """A payment as it was then; below zero where money went back."""

    document_id: str | None
    type: str
    amount: Amount
    currency_id: str
    date: str
    transaction_id: str | None
    tag: str | None


class RefundFacts(Facts, kw_only=True):
    """What was given back of a payment that was collected online; `id` is the payment's."""

    document_id: str | None
    payment_intent_id: str
    refund_id: str
    amount: Amount
    currency_id: str


class DisputeFacts(Facts, kw_only=True):
    """What the payer's bank took back of a payment, or returned; `id` is the payment's."""

    document_id: str | None
    payment_intent_id: str
    amount: Amount
    currency_id: str


class ClientFacts(Facts, kw_only=True):
    """A client. Names and addresses are not told: events are kept for good, and a client may ask to be forgotten."""

    type: str | None
    country_alpha2_code: str | None
    is_end_customer: bool


class ThingFacts(Facts, kw_only=True):
    """No more than which one it is."""


class OrganizationFacts(Facts, kw_only=True):
    """An organization as it was then."""

    active: bool


class MerchantFacts(Facts, kw_only=True):
    """Whether an organization can take payments online, and if not why."""

    active: bool
    charges_enabled: bool
    reason: str


class PaymentIntentFacts(Facts, kw_only=True):
    """A payment intent as it was then; `paymentId` once the money was booked."""

    status: str
    document_id: str | None
    payment_id: str | None
    amount: Amount
    currency_id: str
    reference: str
    initial_intent_id: str | None


class EmailFacts(Facts, kw_only=True):
    """A mail, by the document it was about."""

    kind: str
    document_id: str | None
    attempts: int


class Announced(msgspec.Struct, frozen=True):
    """One type of event: its name, what it means, what it says."""

    name: str
    meaning: str
    facts: type[Facts]


_MEANINGS: Final[Mapping[type[Facts], Mapping[str, str]]] = {
    DocumentFacts: {
        "document.created": "A draft was made.",
        "document.issued": "A document was issued, at once or from a draft: it has its number and stays as it is.",
        "document.updated": "Something else of a document changed: a draft, what was paid in part, what is not fiscal.",
        "document.sent": "A mail with the document has left; once for each mail.",
        "document.reminded": "A reminder has left.",
        "document.viewed": "The link of the document was opened for the first time.",
        "document.paid": "Nothing is due any more on an invoice or an advance.",
        "document.unpaid": "Something is due again: a payment was deleted, changed or taken back.",
        "document.overdue": "The due day has passed and the document is not paid; said once.",
        "document.canceled": "A document was canceled.",
        "document.uncanceled": "A cancellation was taken back.",
        "document.accepted": "An estimate was accepted.",
        "document.rejected": "An estimate was rejected.",
        "document.deleted": "A draft or an estimate was deleted.",
    },
    PaymentFacts: {
        "payment.created": "A payment was recorded.",
        "payment.replaced": "Type, amount or date of a payment changed: the journal took the old one back.",
        "payment.updated": "Something else of a payment changed.",
        "payment.deleted": "A payment was taken back.",
    },
    RefundFacts: {
        "payment.refunded": "Money was given back through the payment provider.",
        "payment.refund_failed": "Money could not be given back.",
    },
    DisputeFacts: {
        "payment.disputed": "The payer's bank has taken money back.",
        "payment.dispute_won": "A dispute was won, and the money came back.",
    },
    ClientFacts: {
        "client.created": "A client was made, by itself or with a document.",
        "client.updated": "A client changed.",
        "client.deleted": "A client was deleted.",
    },
    ThingFacts: {
        "item.created": "An item was made, by itself or with a document.",
        "item.updated": "An item changed.",
        "item.deleted": "An item was deleted.",
        "tax.created": "A tax was made.",
        "tax.updated": "A tax changed.",
        "tax.deleted": "A tax was deleted.",
    },
    OrganizationFacts: {"organization.updated": "The organization changed, or was activated or deactivated."},
    MerchantFacts: {"merchant.updated": "Whether the organization can take payments online has changed."},
    PaymentIntentFacts: {
        "payment_intent.created": "A payment is to be collected.",
        "payment_intent.initiated": "It is back where it began: the payer has to try again.",
        "payment_intent.requires_action": "The payer has to do something more.",
        "payment_intent.processing": "The payment is under way; a bank takes its time.",
        "payment_intent.succeeded": "The money was collected.",
        "payment_intent.captured": "The money was collected with a saved payment method.",
        "payment_intent.failed": "The payment has failed.",
        "payment_intent.expired": "Nobody has paid in time.",
        "payment_intent.canceled": "It was canceled.",
    },
    EmailFacts: {"email.failed": "A mail was given up: some of its recipients, or all of them, did not get it."},
}

TYPES: Final[Mapping[str, Announced]] = {
    name: Announced(name, meaning, facts) for facts, said in _MEANINGS.items() for name, meaning in said.items()
}
"""Every type of event by its name."""


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON schema of what events of a type say in `data`."""
    facts = TYPES[name].facts
    fields = msgspec.structs.fields(facts)
    return {
        "type": "object",
        "properties": {field.encode_name: _schema(field.name, field.type) for field in fields},
        "required": [field.encode_name for field in fields],
    }


def _schema(name: str, kind: Any) -> dict[str, Any]:
    if name in _AMOUNTS:
        return {"type": "number"}
    said = "boolean" if kind is bool else "integer" if kind is int else "string"
    schema: dict[str, Any] = {"type": [said, "null"] if kind == (str | None) else said}
    if name in _INSTANTS:
        return schema | {"format": "date-time"}
    return schema | {"pattern": "^[0-9a-f]{24}$"} if _is_reference(name) else schema


def _is_reference(name: str) -> bool:
    return (name == "id" or name.endswith("_id")) and name not in _NOT_OURS


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event as programs are told it, in the feed and by webhooks."""

    id: str
    """Unique; also the place in the feed: `after` it, the next one follows."""
    type: str
    timestamp: str
    """When it happened."""
    organization_id: str
    data: dict[str, Any]
    event: str
    """The same in the words of the dialect: `client/create`, with `create`, `update` or `delete`."""
    model_name: str
    uid: str
    """The same as `id`, where the dialect has it."""


def announced_of(event: Event) -> Announced:
    """Return the catalogue's entry of an event."""
    return TYPES[event.type]


def message_of(event: Event) -> Message:
    """Return an event as programs are told it."""
    model = _camel(event.type.partition(".")[0])
    return Message(
        id=event.id,
        type=event.type,
        timestamp=time.iso(event.at),
        organization_id=event.organization_id,
        data=_told(announced_of(event).facts, event.data),
        event=f"{model}/{event.change}",
        model_name=model[0].upper() + model[1:],
        uid=event.id,
    )


def _told(facts: type[Facts], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was stored, in the words and units of the API."""
    fields = msgspec.structs.fields(facts)
    return {field.encode_name: _value(field.name, stored.get(field.name), stored) for field in fields}


def _value(name: str, value: Any, stored: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    if name in _AMOUNTS:
        return money.to_major(value, stored["exponent"])
    if name in _INSTANTS:
        return time.iso(time.parse(value))
    if _is_reference(name):
        return ids.from_uuid(uuid.UUID(value))
    return value


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


_MODELS: Final[Mapping[str, str]] = {_camel(name): name for name in {name.partition(".")[0] for name in TYPES}}


def pattern_of(said: str) -> str | None:
    """Return how a wish for events is stored; None for what is none.

    `*`, `document.*`, `document.issued`; in the words of the dialect `document/*`, `document/create`.
    """
    if said == "*" or said in TYPES:
        return said
    model, dot, change = said.partition(".")
    if dot and change == "*" and model in _MODELS.values():
        return said
    model, _, change = said.partition("/")
    stored = _MODELS.get(model, model)
    known = stored in _MODELS.values() and change in ("create", "update", "delete", "*")
    return f"{stored}/{change}" if known else None


def matching(said: Iterable[str], path: str) -> tuple[list[str], list[Fault]]:
    """Return the types that wishes for types name (`document.*` names several), and what is wrong with them."""
    found: list[str] = []
    faults = []
    for wish in said:
        types = [name for name in TYPES if wish in ("*", name, f"{name.partition('.')[0]}.*")]
        if not types:
            message = f"names no type of event: `{wish[:60]}`; there are for example document.issued and payment.*"
            faults.append(Fault(path, "inclusion", message))
        found += types
    return found, faults
