"""What has to be true after the whole storm, as those who wrote in it were told."""

from collections import Counter
from decimal import Decimal
from typing import Any

from billhook.kernel import ids


class Paper:
    """An issued invoice as its clerk knows it; amounts in minor units."""

    def __init__(self, total: int) -> None:
        self.total, self.paid, self.credited = total, 0, 0

    @property
    def due(self) -> int:
        return self.total - self.paid - self.credited


class Ledger:
    """What has to be true in the end, from what was acknowledged."""

    def __init__(self, shared: dict[str, Any]) -> None:
        """Begin with a document that all pay on, and its client."""
        self.shared: str = shared["id"]
        self.told: dict[str, list[str]] = {shared["clientId"]: ["client.created"]}
        self.papers: dict[str, Paper] = {}
        self.numbers: dict[str, int] = {}
        self.payments: dict[str, tuple[str, int]] = {}
        self.clients: set[str] = {shared["clientId"]}
        self.drafts: set[str] = set()
        self.mailed: Counter[str] = Counter()
        self.charged: Counter[int] = Counter()
        """How often the gateway has taken so much, in minor units."""
        self.issue(self.shared, shared["number"], shared["totalWithTax"])

    def tell(self, thing: str, *types: str) -> None:
        """Note the events that there have to be of a thing now, in order."""
        self.told.setdefault(thing, []).extend(types)

    def draft(self, document: str) -> None:
        self.drafts.add(document)
        self.tell(document, "document.created")

    def delete_draft(self, document: str) -> None:
        self.drafts.remove(document)
        self.tell(document, "document.deleted")

    def issue(self, document: str, number: Any, total: Any) -> None:
        """Note an invoice, issued at once or from a draft."""
        self.drafts.discard(document)
        self.numbers[document] = count_of(number)
        self.papers[document] = Paper(minor_of(total))
        self.tell(document, "document.issued")

    def give_note(self, note: str, number: Any) -> None:
        """Note a credit note, which is settled as soon as it is there."""
        self.numbers[note] = count_of(number)
        self.tell(note, "document.issued", "document.updated")

    def cancel(self, document: str) -> None:
        self.papers[document].credited = self.papers[document].total
        self.tell(document, "document.canceled")

    def move(self, document: str, *, paid: int = 0, credited: int = 0) -> None:
        """Note money of an invoice, and what its event is called."""
        paper = self.papers[document]
        before = paper.due <= 0
        paper.paid += paid
        paper.credited += credited
        after = paper.due <= 0
        self.tell(document, "document.updated" if before == after else "document.paid" if after else "document.unpaid")

    def pay(self, payment: str, document: str, minor: int) -> None:
        self.payments[payment] = document, minor
        self.tell(payment, "payment.created")
        self.move(document, paid=minor)

    def charge(self, intent: str, payment: str, document: str, minor: int) -> None:
        self.tell(intent, "payment_intent.created", "payment_intent.captured")
        self.pay(payment, document, minor)
        self.charged[minor] += 1

    def mail(self, document: str) -> None:
        self.mailed[document] += 1


def minor_of(amount: Any) -> int:
    return int(Decimal(amount) * 100)


def count_of(number: Any) -> int:
    """Return how manieth of its series a document is: one API says `2026-00007`, the other one 7."""
    return int(str(number).rpartition("-")[2])


def uuid_of(id: str) -> str:
    return str(ids.to_uuid(ids.Id(id)))


def id_of(uuid: str) -> str:
    found = ids.of_uuid_text(uuid)
    assert found is not None
    return found
