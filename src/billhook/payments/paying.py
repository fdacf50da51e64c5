"""Paying what is owed and never more: for callers that mean to settle an invoice."""

from decimal import Decimal

from billhook.db import Tx
from billhook.documents.model.document import OWED, Document
from billhook.documents.model.payments import is_amount
from billhook.documents.model.problems import StillDraft
from billhook.kernel import money
from billhook.kernel.problems import Kind, Problem, invalid
from billhook.payments.model import NewPayment, NotPayable, Payment
from billhook.payments.service import record_for


class AlreadyPaid(Problem):
    """The invoice is paid: nothing remains to be paid on it."""

    kind = Kind.CONFLICT
    code = "ALREADY_PAID"


class IsVoid(Problem):
    """The invoice is void; it cannot be paid."""

    kind = Kind.CONFLICT
    code = "IS_VOID"


def check_payable(document: Document, amount: Decimal | None) -> None:
    """Refuse what cannot be paid, and amounts that are none or more than what remains (major units).

    Raises StillDraft, NotPayable, IsVoid, AlreadyPaid, Invalid.
    """
    if document.draft:
        raise StillDraft
    if document.type not in OWED or document.incoming:
        raise NotPayable(type=document.type)
    if document.canceled:
        raise IsVoid
    if document.total_due <= 0:
        raise AlreadyPaid
    if amount is None:
        return
    rest = money.to_major(document.total_due, document.exponent)
    if amount <= 0 or not is_amount(amount, document.exponent):
        message = f"must be more than zero, with at most {document.exponent} decimals in {document.currency}"
        raise invalid("Payment", "amount", "numericality", message)
    if amount > rest:
        message = f"must be at most {rest} {document.currency}, which is what remains to be paid"
        raise invalid("Payment", "amount", "numericality", message)


async def pay(tx: Tx, document: Document, new: NewPayment) -> Payment:
    """Record a payment of a document that was just read: the rest, or a part. Never more, however many pay at once.

    Raises what `check_payable` and `record_for` raise.
    """
    check_payable(document, new.amount)
    fields = {name: getattr(new, name) for name in NewPayment.__struct_fields__}
    return await record_for(tx, document.id, NewPayment(**fields | {"at_most_due": True}))
