"""Recurrences through the API and the worker; time passes by moving the clock of an installation of its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from billhook.db import Database
from billhook.documents.model.numbering import standard
from tests.integration.access_cast import member
from tests.integration.post_office import House, a_house
from tests.world import Actor

HELD = timedelta(minutes=20)
"""After this much time what a dead worker had in hand is taken up again."""


@pytest.fixture(scope="module")
async def house(worker_name: str) -> AsyncIterator[House]:
    async with a_house(f"recurring_{worker_name}") as house:
        yield house


class Desk:
    """Alice's desk: an organization with an invoice that recurs."""

    def __init__(self, house: House, alice: Actor, organization: dict[str, Any], invoice: dict[str, Any]) -> None:
        self.house, self.alice, self.organization, self.invoice = house, alice, organization, invoice

    async def agree(self, *, refused: int = 0, **said: Any) -> dict[str, Any]:
        body = {"name": "Hosting", "type": "month", "dateFirst": "2030-01-31", "numRecurrences": 3, "notify": False}
        answer = await self.alice.post(f"/Documents/{self.invoice['id']}/recurrence", body | said)
        assert answer.status_code == (refused or 200), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def read(self, recurrence: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.alice.get(f"/Recurrences/{recurrence['id']}")).json()
        return found

    async def made(self) -> list[dict[str, Any]]:
        """The documents beside the pattern, in the order in which they were made."""
        answer = await self.alice.get(f"/Organizations/{self.organization['id']}/Documents?filter[order]=id ASC")
        return [document for document in answer.json() if document["id"] != self.invoice["id"]]

    async def days(self) -> list[str]:
        return [document["date"][:10] for document in await self.made()]

    async def on(self, instant: str) -> None:
        """Work off what is due at an instant (UTC)."""
        self.house.clock.move_to(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        await self.house.worker().drain()


@pytest.fixture
async def desk(house: House) -> Desk:
    return await a_desk(house)


async def a_desk(house: House, *, timezone: str = "Europe/Brussels", **invoice: Any) -> Desk:
    house.clock.move_to(datetime(2030, 1, 15, 9, tzinfo=UTC))
    await house.look("truncate jobs.tick")  # a clock that was put back repeats no round
    alice = await house.world.actor()
    token = await alice.post(f"/Accounts/{alice.id}/accessTokens", {"ttl": -1})  # the clock will move by years
    alice.token = token.json()["id"]
    organization = await house.world.organization(alice, timezone=timezone)
    return Desk(house, alice, organization, await house.world.invoice(alice, organization, **invoice))


async def test_a_month_has_one_document_on_its_day(desk: Desk) -> None:
    agreed = await desk.agree()
    assert [planned["date"][:10] for planned in agreed["_recurrenceDates"]] == [
        "2030-01-31",
        "2030-02-28",
        "2030-03-31",
    ]
    await desk.on("2030-01-30T12:00")
    assert await desk.days() == []
    for instant in ("2030-01-31T00:30", "2030-01-31T12:00", "2030-02-27T12:00", "2030-02-28T12:00", "2030-04-02T12:00"):
        await desk.on(instant)
    made = await desk.made()
    assert [document["date"] for document in made] == [
        "2030-01-31T00:00:00.000Z",
        "2030-02-28T00:00:00.000Z",
        "2030-03-31T00:00:00.000Z",
    ]
    assert [document["number"] for document in made] == [standard(2030, nth) for nth in (2, 3, 4)]
    first = made[0]
    assert first["dateDue"] == "2030-03-02T00:00:00.000Z", "thirty days, as the pattern had"
    for name in ("totalWithTax", "type", "clientId", "currencyId", "footer"):
        assert first[name] == desk.invoice[name], name
    assert first["note"].replace(first["number"], "") == desk.invoice["note"].replace(desk.invoice["number"], "")
    assert (first["totalPaid"], first["draft"]) == (0, False)
    after = await desk.read(agreed)
    assert [planned["documentId"] for planned in after["_recurrenceDates"]] == [document["id"] for document in made]
    assert "dateNext" not in after
    await desk.on("2031-06-01T12:00")
    assert len(await desk.made()) == 3


async def test_payments_of_the_pattern_are_its_own(house: House) -> None:
    desk = await a_desk(house, payments=[{"type": "card"}])
    await desk.agree()
    await desk.on("2030-01-31T12:00")
    assert [(document["totalPaid"], document["paidInFull"]) for document in await desk.made()] == [(0, False)]


async def test_an_outage_is_made_up_each_period_on_its_day(desk: Desk) -> None:
    await desk.agree(type="week", dateFirst="2030-12-20", numRecurrences=-1)
    await desk.on("2031-01-18T12:00")
    assert await desk.days() == ["2030-12-20", "2030-12-27", "2031-01-03", "2031-01-10", "2031-01-17"]
    numbers = [document["number"] for document in await desk.made()]
    assert numbers == [standard(2030, 2), standard(2030, 3), *(standard(2031, nth) for nth in (1, 2, 3))]


async def test_leap_day_comes_back(desk: Desk) -> None:
    await desk.agree(type="year", dateFirst="2032-02-29", numRecurrences=5)
    await desk.on("2036-03-01T12:00")
    assert await desk.days() == ["2032-02-29", "2033-02-28", "2034-02-28", "2035-02-28", "2036-02-29"]


@pytest.mark.parametrize(
    ("timezone", "not_yet", "now"),
    [
        ("Pacific/Auckland", "2030-01-30T10:58", "2030-01-30T11:01"),
        ("America/Los_Angeles", "2030-01-31T07:58", "2030-01-31T08:01"),
        ("Pacific/Kiritimati", "2030-01-30T09:58", "2030-01-30T10:01"),
    ],
)
async def test_a_day_begins_where_the_organization_is(house: House, timezone: str, not_yet: str, now: str) -> None:
    desk = await a_desk(house, timezone=timezone)
    await desk.agree()
    await desk.on(not_yet)
    assert await desk.days() == []
    await desk.on(now)
    assert await desk.days() == ["2030-01-31"]


async def test_many_workers_make_one_document_a_period(house: House) -> None:
    desks = [await a_desk(house) for _ in range(4)]
    for desk in desks:
        await desk.agree(numRecurrences=0)
    pools = [Database(house.database.url, connections=4, clock=house.clock) for _ in range(3)]
    await asyncio.gather(*(pool.connect() for pool in pools))
    for instant in ("2030-03-31T12:00", "2030-04-30T12:00"):
        house.clock.move_to(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        await asyncio.gather(*(house.worker(database=pool).drain() for pool in pools for _ in range(2)))
    # However often a due job is handed out, and by however many: it finds what was done.
    rows = await house.look("select id, organization_id, account_id from recurring.recurrence where deleted_at is null")
    for _ in range(2):
        for row in rows:
            await put_due(pools[0], row)
    await asyncio.gather(*(house.worker(database=pool).drain() for pool in pools))
    await asyncio.gather(*(pool.close() for pool in pools))
    for desk in desks:
        assert await desk.days() == ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"]
        assert [document["number"] for document in await desk.made()] == [standard(2030, nth) for nth in (2, 3, 4, 5)]


async def put_due(database: Database, row: Any) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute(
            "insert into jobs.job (kind, organization_id, payload, run_at, created_at) values ('recurrence.due', $2,"
            " jsonb_build_object('recurrence_id', payments.id24($1), 'account_id', payments.id24($3)), $4, $4)",
            row["id"],
            row["organization_id"],
            row["account_id"],
            database.clock.now(),
        )
    finally:
        await connection.close()


@pytest.mark.parametrize("how", ["the worker is killed", "the database connection breaks"])
async def test_a_kill_in_the_middle_leaves_nothing_and_costs_nothing(desk: Desk, how: str) -> None:
    await desk.agree()
    house = desk.house
    house.clock.move_to(datetime(2030, 1, 31, 12, tzinfo=UTC))
    blocker = await asyncpg.connect(house.database.url)
    held = blocker.transaction()
    await held.start()
    await blocker.execute("lock table recurring.period in share mode")  # the document is written, its period cannot be
    working = asyncio.create_task(house.worker().run())
    stuck = "select pid from pg_locks where relation = 'recurring.period'::regclass and not granted"
    async with asyncio.timeout(20):
        while not (waiting := await blocker.fetch(stuck)):
            pass
    if how == "the worker is killed":
        working.cancel()
    else:
        await blocker.execute("select pg_terminate_backend($1)", waiting[0]["pid"])
        async with asyncio.timeout(20):
            while await blocker.fetch(stuck):
                pass
        working.cancel()
    await asyncio.wait([working])
    await held.rollback()
    await blocker.close()
    assert await desk.days() == []
    house.clock.move(HELD)
    await house.worker().drain()
    assert [document["number"] for document in await desk.made()] == [standard(2030, 2)]
    house.clock.move(HELD)
    await house.worker().drain()
    assert await desk.days() == ["2030-01-31"]


async def test_stopped_is_stopped_and_another_may_begin(desk: Desk) -> None:
    agreed = await desk.agree()
    assert (await desk.agree(refused=422, type="year"))["error"]["code"] == "RECURRENCE_EXISTS"
    await desk.on("2030-01-31T12:00")
    stopped = await desk.alice.delete(f"/Recurrences/{agreed['id']}")
    again = await desk.alice.delete(f"/Recurrences/{agreed['id']}")
    assert (stopped.json(), again.json()) == ({"count": 1}, {"count": 0})
    await desk.on("2030-03-31T12:00")
    assert await desk.days() == ["2030-01-31"]
    gone = await desk.alice.get(f"/Documents/{desk.invoice['id']}/recurrence")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "MODEL_NOT_FOUND")
    assert (await desk.agree(dateFirst="2030-04-01"))["id"] != agreed["id"]
    listed = await desk.alice.get(f"/Organizations/{desk.organization['id']}/recurrences?filter[deleted]=true")
    assert [recurrence["_isDeleted"] for recurrence in listed.json()] == [True, False]


async def test_an_organization_that_rests_makes_nothing_until_it_wakes(desk: Desk) -> None:
    await desk.agree()
    path = f"/Organizations/{desk.organization['id']}"
    assert (await desk.alice.post(f"{path}/deactivate")).status_code == 200
    await desk.on("2030-02-28T12:00")
    assert await desk.days() == []
    assert (await desk.alice.post(f"{path}/activate")).status_code == 200
    await desk.on("2030-02-28T13:00")
    assert await desk.days() == ["2030-01-31", "2030-02-28"]


async def test_what_fails_is_seen_and_tried_again_until_it_is_mended(desk: Desk) -> None:
    agreed = await desk.agree()
    house, client = desk.house, desk.invoice["clientId"]
    at = "update clients.client set deleted_at = $2 where payments.id24(id) = $1"
    await house.look(at, client, house.clock.now())
    await desk.on("2030-01-31T12:00")
    failed = await desk.read(agreed)
    assert "clientId" in failed["lastError"]
    assert failed["failedAt"][:10] == "2030-01-31"
    assert failed["dateNext"] == "2030-01-31T00:00:00.000Z"
    assert await desk.days() == []
    seen = await desk.alice.get(
        f"/Organizations/{desk.organization['id']}/recurrences?filter[where][failedAt][exists]=1"
    )
    assert [recurrence["id"] for recurrence in seen.json()] == [agreed["id"]]
    await house.look(at, client, None)
    house.clock.move(timedelta(minutes=3))
    await house.worker().drain()
    assert await desk.days() == ["2030-01-31"]
    mended = await desk.read(agreed)
    assert "lastError" not in mended
    assert "failedAt" not in mended
    assert (await house.mailings())[1] == 0


async def test_a_failure_is_retried_later_and_later(desk: Desk) -> None:
    agreed = await desk.agree()
    house = desk.house
    await house.look(
        "update clients.client set deleted_at = created_at where payments.id24(id) = $1", desk.invoice["clientId"]
    )
    await desk.on("2030-01-31T12:00")
    tried = []
    for _ in range(7):
        house.clock.move(timedelta(minutes=1, seconds=30))
        await house.worker().drain()
        tried.append((await desk.read(agreed))["failedAt"])
    assert 2 <= len(set(tried)) <= 4


async def test_a_pattern_that_is_gone_is_said(house: House) -> None:
    desk = await a_desk(house, draft=True)
    agreed = await desk.agree()
    assert (await desk.alice.delete(f"/Documents/{desk.invoice['id']}")).json() == {"count": 1}
    await desk.on("2030-01-31T12:00")
    assert (await desk.read(agreed))["lastError"] == "the document it hangs on is gone"
    assert await desk.days() == []


async def test_a_draft_may_be_the_pattern_of_what_is_issued(house: House) -> None:
    desk = await a_desk(house, draft=True)
    await desk.agree(numRecurrences=2)
    await desk.on("2030-02-28T12:00")
    assert [(document["draft"], document["number"]) for document in await desk.made()] == [
        (False, standard(2030, 1)),
        (False, standard(2030, 2)),
    ]


async def test_drafts_for_who_wants_to_look_first(desk: Desk) -> None:
    await desk.agree(saveAsDraft=True)
    await desk.on("2030-01-31T12:00")
    (draft,) = await desk.made()
    assert (draft["draft"], "number" in draft, draft["date"][:10]) == (True, False, "2030-01-31")
    issued = await desk.alice.post(f"/Documents/{draft['id']}/issue")
    assert issued.json()["number"] == standard(2030, 2)


async def test_each_document_is_mailed_and_its_account_told(house: House) -> None:
    client = {"name": "Rocket man", "country": "France", "email": "recurring@example.com"}
    desk = await a_desk(house, _documentClient=client)
    await desk.agree(autoSend=True, notify=True)
    await desk.on("2030-02-28T12:00")
    made = await desk.made()
    assert len(await house.caught("recurring@example.com")) == 2
    assert [(await house.emails(desk.alice, document))[0]["state"] for document in made] == ["sent", "sent"]
    told = await house.caught(desk.alice.account["email"])
    text = next(mail.text for mail in told if made[0]["number"] in mail.text)
    assert "Hosting" in text
    assert "/i/" in text
    assert [part.media_type for part in told[0].attachments] == ["application/pdf"]
    assert len([mail for mail in told if "Hosting" in mail.text]) == 2


async def test_its_account_is_told_of_a_draft_without_a_link(desk: Desk) -> None:
    await desk.agree(saveAsDraft=True, notify=True, name="<b>Care</b> & more")
    await desk.on("2030-01-31T12:00")
    (told,) = [mail for mail in await desk.house.caught(desk.alice.account["email"]) if "Care" in mail.text]
    assert "draft" in told.text
    assert "/i/" not in told.text + told.html
    assert "<b>Care" not in told.html


async def test_who_may_not_see_it_any_more_is_not_told(desk: Desk) -> None:
    bob, access = await member(desk.house.world, desk.alice, desk.organization)
    body = {"name": "Hosting", "type": "month", "dateFirst": "2030-01-31", "numRecurrences": 3}
    assert (await bob.post(f"/Documents/{desk.invoice['id']}/recurrence", body)).status_code == 200
    await desk.on("2030-01-31T12:00")
    told = [mail for mail in await desk.house.caught(bob.account["email"]) if "Hosting" in mail.text]
    assert len(told) == 1
    assert (await desk.alice.delete(f"/AccountOrganizations/{access}")).status_code == 200
    await desk.on("2030-02-28T12:00")
    assert len(await desk.made()) == 2
    told = [mail for mail in await desk.house.caught(bob.account["email"]) if "Hosting" in mail.text]
    assert len(told) == 1
    assert (await desk.house.look("select count(*) from jobs.job where kind = 'document.recurred'"))[0]["count"] == 0


async def test_it_can_be_replaced(desk: Desk) -> None:
    agreed = await desk.agree()
    body = {"name": "Care", "type": "week", "dateFirst": "2030-02-01", "numRecurrences": 0, "notify": False}
    replaced = await desk.alice.put(f"/Recurrences/{agreed['id']}", body)
    assert replaced.status_code == 200, replaced.text
    assert (replaced.json()["name"], replaced.json()["dateNext"][:10]) == ("Care", "2030-02-01")
    await desk.on("2030-02-08T12:00")
    assert await desk.days() == ["2030-02-01", "2030-02-08"]
    refused = await desk.alice.put(f"/Recurrences/{agreed['id']}", body | {"type": "month", "dateFirst": "2030-03-01"})
    assert set(refused.json()["error"]["details"]["codes"]) == {"type", "dateFirst"}
    ended = await desk.alice.post(f"/Recurrences/{agreed['id']}/replace", body | {"numRecurrences": 2})
    assert "dateNext" not in ended.json()
    await desk.on("2030-03-08T12:00")
    assert len(await desk.made()) == 2


async def test_bad_input_is_refused_with_all_that_is_wrong(desk: Desk) -> None:
    refused = await desk.agree(refused=422, name="", type="day", dateFirst="2030-01-14", numRecurrences=-7)
    assert set(refused["error"]["details"]["codes"]) == {"name", "type", "dateFirst", "numRecurrences"}
    assert (await desk.agree(refused=422, autoSend=True, saveAsDraft=True))["error"]["details"]["codes"].keys() == {
        "autoSend"
    }
    missing = await desk.alice.post(f"/Documents/{desk.invoice['id']}/recurrence", {})
    assert set(missing.json()["error"]["details"]["codes"]) == {"name", "type", "dateFirst", "numRecurrences"}
    note = await desk.house.world.invoice(desk.alice, desk.organization, type="credit-note")
    body = {"name": "No", "type": "month", "dateFirst": "2030-01-31", "numRecurrences": 3}
    never = await desk.alice.post(f"/Documents/{note['id']}/recurrence", body)
    assert never.json()["error"]["code"] == "DOCUMENT_NOT_REPEATABLE"
    count = await desk.alice.get(f"/Organizations/{desk.organization['id']}/recurrences/count")
    assert count.json() == {"count": 0}


async def test_asked_for_twice_at_once_there_is_one(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.agree() for _ in range(5)))
    assert len({answer["id"] for answer in answers}) == 1


async def test_lists_and_filters(desk: Desk) -> None:
    agreed = await desk.agree(custom={"plan": "gold"})
    path = f"/Organizations/{desk.organization['id']}/recurrences"
    where = "filter[where][custom.plan]=gold&filter[where][dateFirst][gte]=2030-01-31&filter[order]=dateNext DESC"
    found = await desk.alice.get(f"{path}?{where}")
    assert ([recurrence["id"] for recurrence in found.json()], found.headers["x-total-count"]) == ([agreed["id"]], "1")
    assert (await desk.alice.get(f"{path}/count?where[type]=year")).json() == {"count": 0}
    assert (await desk.alice.get(f"{path}?filter[where][periods]=3")).status_code == 422
    assert (await desk.alice.get(f"/Documents/{desk.invoice['id']}/recurrence")).json()["id"] == agreed["id"]
