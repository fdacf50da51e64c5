"""Those who write in the whole storm, each in the words of one API; they know what their acknowledged operations imply.

A clerk works on clients and documents of his own, one operation after the other, so that all that is said of these is
known in order. On one document all of them pay, and of that the number is known.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.integration.storm_cast import Caller, Storm, money
from tests.integration.storm_ledger import Ledger, id_of, minor_of, uuid_of

INVOICES, NOTES = "/billing/invoices/v1", "/billing/credit_notes/v1"
MOST = 12
"""How many of their own things clerks go on with."""
LEAST = 101
"""What is taken through the gateway at least: more than the cards were kept with."""


class Clerk(Caller):
    """What both kinds of clerk share."""

    def __init__(self, storm: Storm, name: str, ledger: Ledger, organization: str) -> None:
        super().__init__(storm, name)
        self.ledger = ledger
        self.of_organization = f"/v1/Organizations/{organization}"
        self.clients: list[str] = []
        self.drafts: list[str] = []
        self.invoices: list[str] = []
        self.steps: list[Callable[[], Awaitable[None]]] = []

    async def work(self, operations: int) -> None:
        if not self.clients:
            await self.make_client()
        while self.storm.done < operations:
            await self.dice.choice(self.steps)()

    async def done(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Have something done that has to succeed; return what was answered."""
        answer = await self.call(method, path, body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return money(answer) if answer.content else None

    async def read(self, path: str) -> Any:
        face = "billing" if path.startswith("/billing/") else "v1"
        answer = await self.storm.heard(lambda url: self.http.get(url + path, headers=self.storm.headers[face]))
        assert answer.status_code == 200, answer.text
        return money(answer)

    async def make_client(self, country: str = "BE") -> None:
        body = {"name": f"Client {self.asked}", "countryAlpha2Code": country, "email": f"{self.name}@example.com"}
        made = (await self.done("POST", f"{self.of_organization}/clients", body))["id"]
        self.clients.append(made)
        self.ledger.clients.add(made)
        self.ledger.tell(made, "client.created")

    def amount(self, most: int = 30_000) -> int:
        return self.dice.randrange(1, most)

    def price(self) -> int:
        return self.dice.randrange(1_000, 60_000)


class InvoicingClerk(Clerk):
    """Speaks the invoicing API."""

    def __init__(self, storm: Storm, name: str, ledger: Ledger, organization: str) -> None:
        super().__init__(storm, name, ledger, organization)
        self.payments: list[str] = []
        self.steps = [
            self.make_client, self.change_client, self.delete_client, self.draft, self.change_draft, self.issue_draft,
            self.delete_draft, self.issue, self.issue, self.issue_paid, self.pay, self.pay, self.pay, self.pay_shared,
            self.replace, self.replace, self.note, self.delete, self.credit, self.cancel, self.send, self.refused,
        ]  # fmt: skip

    def _body(self, **more: Any) -> dict[str, Any]:
        line = {"name": "Suit", "quantity": self.dice.randrange(1, 4), "price": self.price() / 100}
        line["_documentItemTaxes"] = [{"rate": self.dice.choice([0, 6, 21])}]
        return {"type": "invoice", "clientId": self.clients[0], "_documentItems": [line]} | more

    async def change_client(self) -> None:
        client = self.dice.choice(self.clients)
        await self.done("PATCH", f"/v1/Clients/{client}", {"city": f"Mars {self.asked}"})
        self.ledger.tell(client, "client.updated")

    async def delete_client(self) -> None:
        if len(self.clients) > 1:
            client = self.clients.pop()
            assert (await self.done("DELETE", f"/v1/Clients/{client}")) == {"count": 1}
            self.ledger.clients.remove(client)
            self.ledger.tell(client, "client.deleted")

    async def draft(self) -> None:
        made = await self.done("POST", f"{self.of_organization}/Documents", self._body(draft=True))
        self.drafts.append(made["id"])
        self.ledger.draft(made["id"])

    async def change_draft(self) -> None:
        if self.drafts:
            draft = self.dice.choice(self.drafts)
            await self.done("PATCH", f"/v1/Documents/{draft}", {"reference": f"R {self.asked}"})
            self.ledger.tell(draft, "document.updated")

    async def delete_draft(self) -> None:
        if len(self.drafts) > 1:
            draft = self.drafts.pop(0)
            assert (await self.done("DELETE", f"/v1/Documents/{draft}")) == {"count": 1}
            self.ledger.delete_draft(draft)

    async def issue_draft(self) -> None:
        if self.drafts:
            draft = self.drafts.pop(0)
            self._issued(await self.done("POST", f"/v1/Documents/{draft}/issue"))

    async def issue(self) -> None:
        self._issued(await self.done("POST", f"{self.of_organization}/Documents", self._body()))

    async def issue_paid(self) -> None:
        body = self._body(payments=[{"type": "card"}], uniqueId=f"{self.name} {self.asked}")
        made = await self.done("POST", f"{self.of_organization}/Documents", body)
        self._issued(made)
        (payment,) = made["payments"]
        self.ledger.pay(payment["id"], made["id"], minor_of(made["totalWithTax"]))

    def _issued(self, made: dict[str, Any]) -> None:
        self.ledger.issue(made["id"], made["number"], made["totalWithTax"])
        self.invoices = [*self.invoices[-MOST:], made["id"]]

    async def pay(self) -> None:
        if self.invoices:
            await self._pay(self.dice.choice(self.invoices), self.amount())

    async def pay_shared(self) -> None:
        await self._pay(self.ledger.shared, self.amount())

    async def _pay(self, document: str, minor: int) -> None:
        body = {"type": "card", "amount": minor / 100, "transactionId": f"{self.name}-{self.asked}"}
        made = await self.done("POST", f"/v1/Documents/{document}/payments", body)
        self.ledger.pay(made["id"], document, minor)
        self.payments = [*self.payments[-MOST:], made["id"]]

    async def replace(self) -> None:
        if self.payments:
            payment = self.dice.choice(self.payments)
            document, before = self.ledger.payments[payment]
            minor = self.amount()
            body = {"type": "cash", "amount": minor / 100, "date": "2026-04-30"}
            await self.done("PUT", f"/v1/Payments/{payment}", body)
            self.ledger.payments[payment] = document, minor
            self.ledger.tell(payment, "payment.replaced")
            self.ledger.move(document, paid=minor - before)

    async def note(self) -> None:
        if self.payments:
            payment = self.dice.choice(self.payments)
            await self.done("PATCH", f"/v1/Payments/{payment}", {"note": f"Noted {self.asked}"})
            self.ledger.tell(payment, "payment.updated")

    async def delete(self) -> None:
        if self.payments:
            payment = self.payments.pop(self.dice.randrange(len(self.payments)))
            document, minor = self.ledger.payments.pop(payment)
            assert (await self.done("DELETE", f"/v1/Payments/{payment}")) == {"count": 1}
            self.ledger.tell(payment, "payment.deleted")
            self.ledger.move(document, paid=-minor)

    async def credit(self) -> None:
        if self.invoices:
            document = self.dice.choice(self.invoices)
            paper = self.ledger.papers[document]
            if paper.total - paper.credited > 100:
                note = await self.done("POST", f"/v1/Documents/{document}/credit", {"amount": 1})
                self.ledger.give_note(note["id"], note["number"])
                self.ledger.move(document, credited=100)

    async def cancel(self) -> None:
        if self.invoices:
            document = self.invoices.pop(0)
            self.payments = [one for one in self.payments if self.ledger.payments[one][0] != document]
            note = (await self.done("POST", f"/v1/Documents/{document}/cancel"))["creditNoteId"]
            self.ledger.give_note(note, (await self.read(f"/v1/Documents/{note}"))["number"])
            self.ledger.cancel(document)

    async def send(self) -> None:
        if self.invoices:
            document = self.dice.choice(self.invoices)
            await self.done("POST", f"/v1/Documents/{document}/send", {"recipients": ["ada@example.com"]})
            self.ledger.mail(document)

    async def refused(self) -> None:
        """Whatever is refused has no effect, and the key stays free."""
        body = self._body(_documentItems=[{"name": "Suit", "quantity": "many", "price": 1}])
        await self.done("POST", f"{self.of_organization}/Documents", body, status=422)


class BillingClerk(Clerk):
    """Speaks the billing API; only clients are made in the other one."""

    def __init__(self, storm: Storm, name: str, ledger: Ledger, organization: str) -> None:
        super().__init__(storm, name, ledger, organization)
        self.steps = [
            self.draft, self.draft, self.change_draft, self.add_item, self.delete_draft, self.issue, self.issue,
            self.duplicate, self.pay, self.pay, self.pay_shared, self.void, self.credit, self.resend, self.refused,
            self.charge_later, self.charge, self.charge, self.charge,
        ]  # fmt: skip
        self.method = ""
        """What the first of the clients is charged by."""
        self.items: dict[str, str] = {}
        self.waiting = 0

    def _item(self) -> dict[str, Any]:
        tax = {"rate": self.dice.choice([0, 0.06, 0.21])}
        return {"product": {"title": "Desk"}, "quantity": 2, "unitAmount": self.price() / 100, "tax": tax}

    async def draft(self) -> None:
        """Draft an invoice that takes along whatever waits for it."""
        body = {"invoice": self._customer(), "items": [self._item()], "includeUpcomingItems": True}
        made = await self.done("POST", INVOICES, body, status=201)
        assert len(made["invoice"]["items"]) == 1 + self.waiting
        self._drafted(made)
        if self.waiting:
            self.ledger.tell(self.drafts[-1], "document.updated")
        self.waiting = 0

    def _customer(self) -> dict[str, str]:
        return {"membershipRef": uuid_of(self.clients[0])}

    def _drafted(self, made: dict[str, Any]) -> None:
        self.drafts.append(id_of(made["invoice"]["id"]))
        self.ledger.draft(self.drafts[-1])

    async def charge_later(self) -> None:
        await self.done("POST", f"{INVOICES}/items", {"invoiceItem": self._item() | self._customer()}, status=201)
        self.waiting += 1

    async def duplicate(self) -> None:
        if self.invoices:
            document = self.dice.choice(self.invoices)
            self._drafted(await self.done("POST", f"{INVOICES}/{uuid_of(document)}/duplicate", status=201))

    async def change_draft(self) -> None:
        if self.drafts:
            draft = self.dice.choice(self.drafts)
            body = {"invoice": {"dueType": "days", "dueDays": 30, "internalNote": f"Noted {self.asked}"}}
            await self.done("PATCH", f"{INVOICES}/{uuid_of(draft)}", body, status=204)
            self.ledger.tell(draft, "document.updated")

    async def add_item(self) -> None:
        if self.drafts:
            draft = self.dice.choice(self.drafts)
            body = {"invoiceItem": self._item() | {"invoiceRef": uuid_of(draft)}}
            await self.done("POST", f"{INVOICES}/items", body, status=201)
            self.ledger.tell(draft, "document.updated")

    async def delete_draft(self) -> None:
        if len(self.drafts) > 2:
            draft = self.drafts.pop(0)
            await self.done("DELETE", f"{INVOICES}/{uuid_of(draft)}", status=204)
            self.ledger.delete_draft(draft)

    async def issue(self) -> None:
        if self.drafts:
            document = self.drafts.pop(0)
            made = await self.done("POST", f"{INVOICES}/{uuid_of(document)}/issue", {"skipAutoCharge": True})
            self.ledger.tell(document, "document.updated")
            self.ledger.issue(document, made["invoice"]["number"], made["invoice"]["totalAmount"])
            self.items[document] = made["invoiceItems"][0]["id"]
            self.invoices = [*self.invoices[-MOST:], document]

    async def pay(self) -> None:
        """Pay all of it or a part, never more than remains."""
        if self.invoices:
            document = self.dice.choice(self.invoices)
            due = self.ledger.papers[document].due
            if due > 1:
                await self._pay(document, due if self.dice.random() < 0.3 else self.amount(due))

    async def charge(self) -> None:
        """Have the gateway take all of it or a part: no single transaction, and once all the same."""
        fitting = [one for one in self.invoices if self.ledger.papers[one].due > LEAST]
        if fitting:
            document = self.dice.choice(fitting)
            minor = self.dice.randrange(LEAST, self.ledger.papers[document].due + 1)
            body = {"paymentMethod": {"id": uuid_of(self.method)}, "amount": minor / 100}
            paid = (await self.done("POST", f"{INVOICES}/{uuid_of(document)}/pay", body))["payment"]
            assert paid["status"] == "succeeded", paid
            intent = id_of(paid["transactionRef"])
            payment = (await self.read(f"/v1/payment-intents/{intent}"))["paymentId"]
            self.ledger.charge(intent, payment, document, minor)

    async def pay_shared(self) -> None:
        await self._pay(self.ledger.shared, self.amount())

    async def _pay(self, document: str, minor: int) -> None:
        paid = await self.done("POST", f"{INVOICES}/{uuid_of(document)}/pay", {"amount": minor / 100})
        self.ledger.pay(id_of(paid["payment"]["transactionRef"]), document, minor)

    async def void(self) -> None:
        open_ones = [one for one in self.invoices if not self.ledger.papers[one].paid]
        if open_ones:
            document = open_ones[0]
            self.invoices.remove(document)
            await self.done("PATCH", f"{INVOICES}/{uuid_of(document)}/void", status=204)
            notes = (await self.read(f"{NOTES}?invoiceRef={uuid_of(document)}&status=issued,voided"))["creditNotes"]
            (note,) = [one for one in notes if id_of(one["id"]) not in self.ledger.told]
            self.ledger.give_note(id_of(note["id"]), note["number"])
            self.ledger.cancel(document)

    async def credit(self) -> None:
        """Credit a little of what is not paid yet: what was paid would go to the client's balance, and pay the next."""
        fitting = [one for one in self.invoices if self.ledger.papers[one].due > 1_000]
        if fitting:
            document = self.dice.choice(fitting)
            line = {"invoiceItemRef": self.items[document], "quantity": 0.01}
            body = {"creditNote": {"invoiceRef": uuid_of(document), "lines": [line], "reason": "other"}}
            note = (await self.done("POST", NOTES, body, status=201))["creditNote"]
            self.ledger.give_note(id_of(note["id"]), note["number"])
            self.ledger.move(document, credited=minor_of(note["totalAmount"]))

    async def resend(self) -> None:
        if self.invoices:
            document = self.dice.choice(self.invoices)
            await self.done("POST", f"{INVOICES}/{uuid_of(document)}/resend", status=204)
            self.ledger.mail(document)

    async def refused(self) -> None:
        body = {"invoice": self._customer(), "items": [self._item() | {"quantity": 0}]}
        await self.done("POST", INVOICES, body, status=400)
