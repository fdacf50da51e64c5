"""Crediting an invoice and saying where the money goes: to the client's balance, back outside of us, back online."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from billhook import documents, payments
from billhook.db import Database, Tx
from billhook.documents import CreditedLine, Document, NewDocument, PaymentOf, Wanted
from billhook.documents.model.document import Line
from billhook.kernel import money, time
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, invalid
from billhook.payments import NewPayment
from billhook.processing import store
from billhook.processing.attempts import OnlinePayment
from billhook.processing.journeys.refunding import refund
from billhook.processing.journeys.till import Till

DESTINATIONS: Final = "credit"
"""The key of a credit note's `custom` that says why it was given and where its money went."""
REFUND_OF: Final = "refundOf"
"""The key of a payment's `custom` that names the payment which it gives back."""


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the invoice to be credited: so many units, or so much of what it came to before discount and tax."""

    id: str
    quantity: Decimal | None = None
    amount: Decimal | None = None


class WantedRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is to go back the way it came: of a payment by hand or online, all that is left unless said."""

    transaction_id: str
    amount: Decimal | None = None


class NewNote(msgspec.Struct, frozen=True, kw_only=True):
    """A credit note as asked for; amounts in major units. What no destination is said for is the client's balance."""

    lines: tuple[WantedLine, ...]
    reason: str
    to_balance: Decimal | None = None
    outside: Decimal | None = None
    refunds: tuple[WantedRefund, ...] = ()
    date: datetime | None = None
    custom: dict[str, Any] = {}
    operation: Id | None = None


class GivenRefund(msgspec.Struct, frozen=True, rename="camel"):
    """Money that went back with a credit note, as it is kept with it; the amount in major units."""

    id: str
    type: str
    label: str
    amount: str
    transaction_ref: str


class _Undone(Exception):  # noqa: N818 - not an error: a preview takes back what it has tried
    def __init__(self, note: Document) -> None:
        self.note = note
        super().__init__("undone")


class _Ahead(msgspec.Struct, frozen=True):
    """A refund that is to be asked of a gateway once everything else is written: of all that is left, unless said."""

    attempt: OnlinePayment
    amount: Decimal | None


async def preview_note(database: Database, account: Id, invoice_id: str, new: NewNote) -> Document:
    """Return the credit note that would be given; nothing is written. Raises what `give_note` raises."""
    try:
        async with database.open(account) as tx:
            await documents.enter(tx, invoice_id, write=True)
            async with tx.atomic():
                await _try(tx, invoice_id, new)
    except _Undone as undone:
        return undone.note
    raise AssertionError("a preview ends by being undone")


async def _try(tx: Tx, invoice_id: str, new: NewNote) -> None:
    note, _ = await _written(tx, invoice_id, new)
    raise _Undone(note)


async def give_note(till: Till, database: Database, account: Id, invoice_id: str, new: NewNote) -> Document:
    """Credit an invoice and send the money where it is to go; what goes back online is asked for after the rest.

    Raises Invalid (all faults at once), what `documents.credit` and `refund` raise.
    """
    async with database.open(account) as tx:
        await documents.enter(tx, invoice_id, write=True)
        async with tx.atomic():
            note, ahead = await _written(tx, invoice_id, new)
    given = []
    for at, one in enumerate(ahead):
        operation = _numbered(new.operation, at) if new.operation else None
        payment = one.attempt.payment_id or Id("")
        made = await refund(till, account, payment, one.amount, new.reason, operation)
        amount = str(money.to_major(made.amount - made.surcharge, made.exponent))
        label = one.attempt.label or one.attempt.gateway
        given.append(GivenRefund(made.id, "paymentGateway", label, amount, one.attempt.id))
    if given:
        async with database.open(account) as tx:
            await documents.enter(tx, invoice_id, write=True)
            return await _keep(tx, note, given)
    return note


def _numbered(operation: Id, at: int) -> Id:
    """Return the id of a part of an operation: always the same one, and no other part's."""
    return Id(f"{operation[:16]}{(int(operation[16:], 16) + at + 1) % 2**32:08x}")


async def _keep(tx: Tx, note: Document, given: list[GivenRefund]) -> Document:
    there = note.custom[DESTINATIONS]
    rows = {row["id"]: row for row in [*there.get("refunds", []), *msgspec.to_builtins(given)]}
    kept = {**note.custom, DESTINATIONS: {**there, "refunds": list(rows.values())}}
    return await documents.change(tx, note.id, {"custom": kept})


async def _written(tx: Tx, invoice_id: str, new: NewNote) -> tuple[Document, list[_Ahead]]:
    """Write a credit note with all that is ours to write; return what is left to be asked of gateways."""
    invoice = await documents.read(tx, invoice_id)
    _check(invoice, new, tx.now)
    custom = {**new.custom, DESTINATIONS: {"reason": new.reason}}
    unique_id = f"credit-{new.operation}" if new.operation else None
    header = NewDocument(date=new.date, custom=custom, unique_id=unique_id)
    made = (await documents.credit(tx, invoice_id, _wanted(invoice, new.lines), header)).document
    repeated = "post" in made.custom[DESTINATIONS]
    after = await documents.read(tx, invoice_id)
    owed = max(0, after.total_due + (0 if repeated else made.total_with_tax))
    post = made.total_with_tax - min(made.total_with_tax, owed)
    recorded = (await documents.payments_of(tx, [invoice.id]))[invoice.id]
    attempts = await store.online_payments(tx, [invoice.id])
    if repeated:  # cut off after it was written: what is left are the refunds, of which each is made once
        known = {attempt.id: attempt for attempt in attempts}
        wanted = [one for one in new.refunds if one.transaction_id in known]
        return made, [_Ahead(known[Id(one.transaction_id)], one.amount) for one in wanted]
    chosen = _chosen(new, recorded, attempts, invoice.exponent)
    to_balance = _destinations(new, chosen, money.to_major(post, invoice.exponent))
    given = []
    if new.outside:
        await _back(tx, invoice, new.outside, {}, "other")
    for source, amount in chosen:
        if not isinstance(source, OnlinePayment):
            booked = await _back(tx, invoice, amount, {REFUND_OF: source.id}, source.type)
            given.append(GivenRefund(booked, "external", source.type, str(amount), source.id))
    kept = {"reason": new.reason, "post": str(money.to_major(post, invoice.exponent))}
    kept |= {"toBalance": str(to_balance)} if to_balance else {}
    kept |= {"outside": str(new.outside)} if new.outside else {}
    note = await documents.change(tx, made.id, {"custom": {**made.custom, DESTINATIONS: kept}})
    note = await _keep(tx, note, given)
    return note, [_Ahead(a, amount) for a, amount in chosen if isinstance(a, OnlinePayment)]


def _check(invoice: Document, new: NewNote, now: datetime) -> None:
    """Refuse dates outside of the invoice's life, and amounts that are none."""
    faults = []
    first, today = (time.day(instant, invoice.timezone) for instant in (invoice.date, now))
    if new.date is not None and not first <= time.day(new.date, invoice.timezone) <= today:
        faults.append(Fault("creditNote.effectiveDate", "date", "must lie between the invoice's date and today"))
    said = [("creditAmount", new.to_balance), ("outOfBandAmount", new.outside)]
    said += [(f"refunds.{at}.amount", one.amount) for at, one in enumerate(new.refunds)]
    for name, amount in said:
        if amount is not None and not (amount > 0 and money.fits(amount, invoice.exponent)):
            message = f"must be more than zero, with at most {invoice.exponent} decimals"
            faults.append(Fault(f"creditNote.{name}", "numericality", message))
    if faults:
        raise Invalid("CreditNote", faults)


def _wanted(invoice: Document, lines: Sequence[WantedLine]) -> Wanted:
    """Return the lines to be credited by quantity: a share of what a line came to is that share of its quantity."""
    known = {line.id: line for line in invoice.lines if not line.is_separator}
    chosen = []
    for at, line in enumerate(lines):
        there = known.get(line.id)
        quantity = line.quantity
        if there is not None and line.amount is not None:
            if line.quantity is not None:
                raise invalid("CreditNote", f"creditNote.lines.{at}.amount", "exclusion", "or `quantity`, not both")
            quantity = _share(there, line.amount, at)
        chosen.append(CreditedLine(line.id, quantity))
    return Wanted(lines=tuple(chosen))


def _share(line: Line, amount: Decimal, at: int) -> Decimal:
    unit = line.price if line.price_gross is None else line.price_gross
    if not unit or not 0 < amount <= unit * line.quantity:
        message = f"must be more than zero and at most {money.plain(unit * line.quantity)}"
        raise invalid("CreditNote", f"creditNote.lines.{at}.amount", "numericality", message)
    quantity = amount / unit
    if (quantity * unit).quantize(amount) != amount or quantity != round(quantity, 2):
        message = "is no whole share of the item (two decimals of its quantity); say a quantity instead"
        raise invalid("CreditNote", f"creditNote.lines.{at}.amount", "numericality", message)
    return quantity


Chosen = list[tuple[PaymentOf | OnlinePayment, Decimal]]


def _chosen(new: NewNote, recorded: list[PaymentOf], attempts: list[OnlinePayment], exponent: int) -> Chosen:
    """Return which payments are to go back, and how much of each. Raises Invalid."""
    online = {attempt.id: attempt for attempt in attempts}
    by_hand = {p.id: p for p in recorded if p.amount > 0 and p.type != payments.CREDIT}
    gone: dict[str, int] = {}
    for payment in recorded:
        gone[str(payment.custom.get(REFUND_OF))] = gone.get(str(payment.custom.get(REFUND_OF)), 0) - payment.amount
    chosen: Chosen = []
    for at, wanted in enumerate(new.refunds):
        source = online.get(Id(wanted.transaction_id)) or by_hand.get(Id(wanted.transaction_id))
        if source is None or (isinstance(source, OnlinePayment) and source.payment_id is None):
            message = "names no payment of this invoice that could go back"
            raise invalid("CreditNote", f"creditNote.refunds.{at}.transactionRef", "inclusion", message)
        if isinstance(source, OnlinePayment):
            back = sum(one.amount for one in source.refunds if one.status != "failed") + source.disputed
        else:
            back = gone.get(source.id, 0)
        left = Decimal(money.to_major(source.amount - back, exponent))
        amount = left if wanted.amount is None else wanted.amount
        if not 0 < amount <= left:
            message = f"must be at most {left}, which is what is left of the payment"
            raise invalid("CreditNote", f"creditNote.refunds.{at}.amount", "numericality", message)
        chosen.append((source, amount))
    return chosen


def _destinations(new: NewNote, chosen: Chosen, post: Decimal | int) -> Decimal:
    """Return what goes to the client's balance: what was said, or all that nothing else takes. Raises Invalid."""
    back = sum((amount for _, amount in chosen), new.outside or Decimal(0))
    rest = Decimal(post) - back
    to_balance = new.to_balance if new.to_balance is not None else max(rest, Decimal(0))
    if to_balance != rest:
        message = f"comes, with what goes back, to {to_balance + back}; of what was paid, {post} is to be given back"
        raise invalid("CreditNote", "creditNote.creditAmount", "mismatch", message)
    return to_balance


async def _back(tx: Tx, invoice: Document, amount: Decimal, custom: dict[str, Any], kind: str) -> Id:
    """Record money that went back outside of us; return the payment's id."""
    new = NewPayment(type=kind, amount=-amount, custom=custom, refund=True)
    return (await payments.record_for(tx, invoice.id, new)).id
