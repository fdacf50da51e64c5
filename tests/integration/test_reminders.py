"""Reminders and what becomes overdue, through the API and the worker; time passes by moving a clock of their own."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billhook.db import Database
from billhook.delivery import Opened
from billhook.documents import LANGUAGES
from tests.integration.feed_cast import until
from tests.integration.post_office import House, a_house
from tests.world import Actor

START = datetime(2030, 1, 1, 9, tzinfo=UTC)
DUE = "2030-01-31"


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"reminders_{worker_name}") as house:
        yield house


class Desk:
    """Alice's desk: an organization whose client owes her."""

    def __init__(self, house: House, alice: Actor, organization: dict[str, Any]) -> None:
        self.house, self.alice, self.organization = house, alice, organization
        self.address = f"owes-{secrets.token_hex(5)}@example.com"

    async def schedule(self, steps: Any, *, status: int = 200) -> Any:
        answer = await self.set("reminders", steps)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def set(self, name: str, value: Any, **more: Any) -> Any:
        settings = (await self.alice.get(f"/Organizations/{self.organization['id']}/defaults")).json()
        setting = next(setting for setting in settings if setting["name"] == name)
        return await self.alice.patch(f"/Defaults/{setting['id']}", {"value": value, **more})

    async def invoice(self, **changes: Any) -> dict[str, Any]:
        client = {"name": "Rocket man", "country": "United Kingdom", "email": self.address}
        said = {"_documentClient": client, "date": "2030-01-01", "dateDue": DUE} | changes
        return await self.house.world.invoice(self.alice, self.organization, **said)

    async def on(self, instant: str) -> None:
        """Work off what is due at an instant (UTC)."""
        self.house.clock.move_to(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        await self.house.worker().drain()

    async def mails(self) -> list[Opened]:
        """What the client got, oldest first."""
        return list(reversed(await self.house.caught(self.address)))

    async def subjects(self) -> list[str]:
        return [dict(mail.headers)["Subject"] for mail in await self.mails()]


@pytest.fixture
async def desk(house: House) -> Desk:
    return await a_desk(house)


async def a_desk(house: House, **organization: Any) -> Desk:
    house.clock.move_to(START)
    await house.look("truncate jobs.tick")  # a clock that was put back repeats no round
    alice = await house.world.actor()
    token = await alice.post(f"/Accounts/{alice.id}/accessTokens", {"ttl": -1})  # the clock will move by months
    alice.token = token.json()["id"]
    said = {"timezone": "Europe/Brussels", "IBAN": "BE68539007547034"} | organization
    return Desk(house, alice, await house.world.organization(alice, **said))


async def test_each_step_is_mailed_once_on_its_day(desk: Desk) -> None:
    await desk.schedule([7, 0, -3, 14])
    invoice = await desk.invoice()
    for day in (2, 27, 28, 29, 31, 32, 37, 38, 39, 45, 46, 60):
        await desk.on((datetime(2029, 12, 31, 9) + timedelta(days=day)).isoformat())
    number = invoice["number"]
    assert (
        await desk.subjects()
        == [f"Reminder: invoice {number} is due on 31 Jan 2030"] * 2 + [f"Overdue: invoice {number}"] * 2
    )
    days = [dict(mail.headers)["Date"][5:16] for mail in await desk.mails()]
    assert days == ["28 Jan 2030", "31 Jan 2030", "07 Feb 2030", "14 Feb 2030"]
    kinds = [email["kind"] for email in await desk.house.emails(desk.alice, invoice)]
    assert kinds == ["reminder"] * 4


async def test_a_reminder_says_what_is_owed_and_how_to_pay(desk: Desk) -> None:
    await desk.schedule([7])
    invoice = await desk.invoice(payments=[{"type": "card", "amount": 100}])
    await desk.on("2030-02-07T09:00")
    (mail,) = await desk.mails()
    for text in (mail.text, mail.html):
        for part in ("€12,000.00", "31 Jan 2030", "/i/", "BE68 5390 0754 7034", invoice["number"]):
            assert part in text, part
    assert "is still outstanding" in mail.text
    assert [part.media_type for part in mail.attachments] == ["application/pdf"]


async def test_nothing_before_eight_in_the_morning_where_the_organization_is(house: House) -> None:
    desk = await a_desk(house, timezone="America/New_York")
    await desk.schedule([0])
    await desk.invoice()
    await desk.on("2030-01-31T12:58")
    assert await desk.mails() == []
    await desk.on("2030-01-31T13:01")
    assert len(await desk.mails()) == 1


async def test_off_unless_asked_for(desk: Desk) -> None:
    await desk.invoice()
    await desk.on("2030-02-07T09:00")
    await desk.on("2030-03-07T09:00")
    assert await desk.mails() == []


@pytest.mark.parametrize(
    "why", ["paid", "overpaid", "canceled", "credited", "draft", "estimate", "incoming", "no address", "resting"]
)
async def test_nobody_is_reminded_of_what_is_not_owed(desk: Desk, why: str) -> None:
    await desk.schedule([-3, 0, 7])
    changes: dict[str, Any] = {
        "draft": {"draft": True},
        "estimate": {"type": "estimate"},
        "incoming": {"incoming": True},
        "no address": {"_documentClient": {"name": "Nobody"}},
    }.get(why, {})
    invoice = await desk.invoice(**changes)
    path = f"/Documents/{invoice['id']}"
    if why in ("paid", "overpaid"):
        paid = {"type": "bank", "amount": 12_100 + (why == "overpaid")}
        assert (await desk.alice.post(f"{path}/payments", paid)).status_code == 200
    elif why == "canceled":
        await desk.house.look(
            "update documents.document set canceled = true where payments.id24(id) = $1", invoice["id"]
        )
    elif why == "credited":
        await desk.house.look(
            "update documents.document set total_credited = total_with_tax where payments.id24(id) = $1", invoice["id"]
        )
    elif why == "resting":
        assert (await desk.alice.post(f"/Organizations/{desk.organization['id']}/deactivate")).status_code == 200
    for day in ("2030-01-28", "2030-01-31", "2030-02-07"):
        await desk.on(f"{day}T09:00")
    assert await desk.mails() == []
    assert await desk.house.emails(desk.alice, invoice) == []


async def test_what_is_paid_between_deciding_and_mailing_is_not_reminded_of(desk: Desk) -> None:
    await desk.schedule([0])
    invoice = await desk.invoice()
    desk.house.clock.move_to(datetime(2030, 1, 31, 9, tzinfo=UTC))
    worker = desk.house.worker()
    while await desk.house.mailings() != (1, 0):
        await worker.work_once()
    assert (await desk.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "bank"})).status_code == 200
    await worker.drain()
    assert await desk.mails() == []
    assert await desk.house.mailings() == (0, 0)


async def test_after_an_outage_only_the_latest_step_is_mailed(desk: Desk) -> None:
    await desk.schedule([-3, 0, 7, 14])
    await desk.invoice()
    late = await desk.invoice(dateDue="2030-02-05")
    await desk.on("2030-02-20T09:00")
    await desk.on("2030-02-20T12:00")
    assert len(await desk.mails()) == 2
    await desk.on("2030-03-20T09:00")
    assert len(await desk.mails()) == 2, "the last step of both has been mailed"
    assert len(await desk.house.emails(desk.alice, late)) == 1


async def test_a_step_that_passed_long_ago_is_let_go(desk: Desk) -> None:
    await desk.schedule([0, 14])
    old, older = await desk.invoice(dateDue="2030-03-20"), await desk.invoice(dateDue="2030-03-17")
    await desk.on("2030-06-01T09:00")
    assert await desk.subjects() == [f"Overdue: invoice {old['number']}"]
    assert await desk.house.emails(desk.alice, older) == []


async def test_switching_it_on_reminds_of_nothing_from_before(desk: Desk) -> None:
    await desk.invoice(dateDue="2030-01-05")
    await desk.invoice(dateDue="2030-01-13")
    desk.house.clock.move_to(datetime(2030, 1, 20, 9, tzinfo=UTC))
    await desk.schedule([7, 14])
    await desk.on("2030-01-21T09:00")
    assert len(await desk.mails()) == 1, "the second one's seventh day is the day on which it was switched on"
    await desk.on("2030-02-21T09:00")
    assert len(await desk.mails()) == 1 + 1, "its fourteenth; the first one's was before"


async def test_an_invoice_that_was_late_when_it_was_issued_is_not_reminded_of_at_once(desk: Desk) -> None:
    await desk.schedule([-3, 0, 7])
    desk.house.clock.move_to(datetime(2030, 1, 31, 9, tzinfo=UTC))
    await desk.invoice()
    await desk.on("2030-01-31T12:00")
    await desk.on("2030-02-06T12:00")
    assert await desk.mails() == []
    await desk.on("2030-02-07T12:00")
    assert len(await desk.mails()) == 1


async def test_many_workers_mail_each_step_once(house: House) -> None:
    desks = [await a_desk(house) for _ in range(3)]
    for desk in desks:
        await desk.schedule([0, 7])
        for _ in range(4):
            await desk.invoice()
    pools = [Database(house.database.url, connections=4, clock=house.clock) for _ in range(3)]
    await asyncio.gather(*(pool.connect() for pool in pools))
    for day in (31, 38):
        house.clock.move_to(datetime(2030, 1, 1, 9, tzinfo=UTC) + timedelta(days=day - 1))
        await house.look(
            "insert into jobs.job (kind, run_at, created_at)"
            " select kind, $1, $1 from unnest(array['reminders.sweep', 'documents.sweep']) kind, generate_series(1, 9)",
            house.clock.now(),
        )
        await asyncio.gather(*(house.worker(database=pool).drain() for pool in pools for _ in range(2)))
    await asyncio.gather(*(pool.close() for pool in pools))
    for desk in desks:
        subjects = await desk.subjects()
        assert len(subjects) == 8
        assert sorted(subjects.count(subject) for subject in set(subjects)) == [1] * 8


async def test_the_organizations_own_words(desk: Desk) -> None:
    await desk.schedule([7])
    words = "Dear customer,\n\n[document number] was due on [document due]."
    await desk.set("email_reminder", words, l10n={"value_de": "Rechnung [document number] ist offen."})
    german = {"name": "Raketenmann", "country": "Germany", "email": f"de-{desk.address}"}
    invoice, other = await desk.invoice(), await desk.invoice(_documentClient=german)
    await desk.on("2030-02-07T09:00")
    (mail,) = await desk.mails()
    assert f"{invoice['number']} was due on 31 Jan 2030." in mail.text
    assert "is still outstanding" not in mail.text
    assert "[document" not in mail.text
    (mail,) = await desk.house.caught(german["email"])
    assert mail.text.startswith(f"Rechnung {other['number']} ist offen.")


@pytest.mark.parametrize("value", ["7", 7, [1.5], ["7"], [7, 7], [400], [-91], list(range(11)), [True], {"a": 1}])
async def test_a_schedule_that_is_none_is_refused(desk: Desk, value: Any) -> None:
    refused = await desk.schedule(value, status=422)
    assert refused["error"]["details"]["codes"] == {"value": ["type"]}


async def test_what_becomes_overdue_is_announced_once(desk: Desk) -> None:
    announced = "select count(*) from jobs.job where kind = 'document.overdue' and payload ->> 'document_id' = $1"
    marked = "select overdue_at from documents.document where payments.id24(id) = $1"
    invoice, paid = await desk.invoice(), await desk.invoice(payments=[{"type": "cash"}])
    await desk.on("2030-01-31T22:58")
    assert [row["overdue_at"] for row in await desk.house.look(marked, invoice["id"])] == [None]
    desk.house.clock.move_to(datetime(2030, 1, 31, 23, 6, tzinfo=UTC))  # the first of February in Brussels
    worker = desk.house.worker()
    async with asyncio.timeout(20):
        while not (await desk.house.look(announced, invoice["id"]))[0]["count"]:
            await worker.work_once()
    await worker.drain()
    first = (await desk.house.look(marked, invoice["id"]))[0]["overdue_at"]
    assert first is not None
    await desk.alice.post(f"/Documents/{invoice['id']}/payments", {"type": "cash", "amount": 5})
    await desk.on("2030-02-10T09:00")
    assert (await desk.house.look(marked, invoice["id"]))[0]["overdue_at"] == first
    assert (await desk.house.look(marked, paid["id"]))[0]["overdue_at"] is None
    assert (await desk.house.look("select count(*) from jobs.job where state = 'dead'"))[0]["count"] == 0
    events = await until(desk.alice, desk.organization, "payment.created", count=2)
    assert [event["data"]["id"] for event in events if event["type"] == "document.overdue"] == [invoice["id"]]


async def remind(desk: Desk, client: str, status: int = 200, **said: Any) -> Any:
    answer = await desk.alice.post(f"/Clients/{client}/send-reminder", said)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_client_is_reminded_when_somebody_asks(desk: Desk) -> None:
    late = await desk.invoice()
    await desk.invoice(dateDue="2030-03-31")
    await desk.invoice(payments=[{"type": "cash"}])
    desk.house.clock.move_to(datetime(2030, 2, 2, 9, tzinfo=UTC))
    said = await asyncio.gather(*(remind(desk, late["clientId"]) for _ in range(4)))
    assert sorted(answer["count"] for answer in said) == [0, 0, 0, 1]
    assert [answer["success"] for answer in said] == [True] * 4
    waiting = await desk.house.emails(desk.alice, late)
    assert [(email["kind"], email["state"]) for email in waiting] == [("reminder", "queued")]
    assert waiting[0]["subject"] == f"Overdue: invoice {late['number']}"
    await desk.house.worker().drain()
    assert await desk.subjects() == [f"Overdue: invoice {late['number']}"], "once, however often in a day"
    await remind(desk, late["clientId"], email="boss@example.com", l="fr")
    await desk.house.worker().drain()
    (french,) = await desk.house.caught("boss@example.com")
    assert french.text.startswith("Bonjour") or "facture" in french.text
    assert "?l=fr" in french.text
    await desk.on("2030-02-03T09:00")
    await remind(desk, late["clientId"])
    await desk.house.worker().drain()
    assert len(await desk.mails()) == 2


async def test_there_has_to_be_something_to_remind_of_and_somebody_to_remind(desk: Desk) -> None:
    invoice = await desk.invoice()
    assert (await remind(desk, invoice["clientId"], 422))["error"]["code"] == "NOTHING_OVERDUE"
    nobody = await desk.invoice(_documentClient={"name": "Nobody"})
    desk.house.clock.move_to(datetime(2030, 2, 2, 9, tzinfo=UTC))
    refused = await remind(desk, nobody["clientId"], 422)
    assert refused["error"]["details"]["codes"] == {"email": ["presence"]}
    refused = await remind(desk, invoice["clientId"], 422, email="a@b.example, c@d.example")
    assert refused["error"]["details"]["codes"] == {"email": ["format"]}
    await desk.house.worker().drain()
    assert await desk.mails() == []


async def test_a_stranger_reminds_nobody(desk: Desk) -> None:
    invoice = await desk.invoice()
    desk.house.clock.move_to(datetime(2030, 2, 2, 9, tzinfo=UTC))
    bob = await desk.house.world.actor("bob")
    assert (await bob.post(f"/Clients/{invoice['clientId']}/send-reminder", {})).status_code == 401
    await desk.house.worker().drain()
    assert await desk.mails() == []


async def test_it_is_written_in_every_language_of_the_house(desk: Desk) -> None:
    invoice = await desk.invoice()
    desk.house.clock.move_to(datetime(2030, 2, 2, 9, tzinfo=UTC))
    for language in LANGUAGES:
        await remind(desk, invoice["clientId"], email=f"{language}-{desk.address}", l=language)
    await desk.house.worker().drain()
    openings = set()
    for language in LANGUAGES:
        (mail,) = await desk.house.caught(f"{language}-{desk.address}")
        assert f'lang="{language}"' in mail.html
        openings.add(mail.text.split("\n\n")[1])
    assert len(openings) == len(LANGUAGES)
