"""Events: what has happened in an organization, in order and without a gap; whoever is behind reads on."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from billhook import events, organizations
from billhook.api.wire import Out
from billhook.events import BEGINNING, Message, Page, Position, Watch
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid
from billhook.web import BillhookRequest

MOST_EVENTS = 500
LONGEST_WAIT_SECONDS = 30
LATEST = "latest"

After = Annotated[
    str | None,
    QueryParameter(
        name="after",
        description="Where to go on: `next` of the answer before, or the `id` of an event. Without it the feed begins "
        "with the first event there ever was; `latest` stands for the last one there is now.",
    ),
]
Types = Annotated[
    str | None,
    QueryParameter(
        name="types",
        description="Types of events with commas between them: `document.issued,payment.*`. All when not said.",
    ),
]
Limit = Annotated[int, QueryParameter(name="limit", description="How many events at most: 1 to 500.")]
Wait = Annotated[
    int,
    QueryParameter(
        name="wait",
        description="Seconds to wait for an event where there is none yet: 0 to 30. The answer comes with the first.",
    ),
]


class EventOut(Out, kw_only=True):
    """Something that has happened. Its `data` are described with its type in the catalogue of events."""

    id: str
    type: str
    timestamp: str
    organization_id: str
    data: dict[str, Any] = msgspec.field(name="data")
    event: str
    model_name: str
    uid: str


class FeedOut(Out, kw_only=True):
    """Events in order."""

    events: list[EventOut]
    next: str
    """What to send as `after` for what comes behind; it also moves on where no event was of a type asked for."""
    more: bool
    """Whether there is more to read at once."""


def event_out(message: Message) -> EventOut:
    """Return the wire form of an event."""
    return EventOut(**msgspec.structs.asdict(message))


def watch_of(request: BillhookRequest) -> Watch:
    """Return what waits at feeds."""
    watch: Watch = request.app.state.watch
    return watch


@get("/Organizations/{organization_id:str}/events", tags=["Events"], summary="Read events")
async def read(
    request: BillhookRequest,
    organization_id: FromPath[str],
    after: After = None,
    types: Types = None,
    limit: Limit = 100,
    wait: Wait = 0,
) -> FeedOut:
    """Return the events behind `after`, oldest first; with `wait`, hold the answer back until there is one.

    The order is fixed and complete: nothing is ever put in front of what was read. Events are kept for good.
    """
    wanted = _checked(after, types, limit, wait)
    watch, loop = watch_of(request), asyncio.get_running_loop()
    until = loop.time() + wait
    position = None if after == LATEST else BEGINNING if not after else Position.of(after)
    while True:
        page = await _page(request, organization_id, position, wanted, limit)
        left = until - loop.time()
        if page.events or left <= 0 or watch.is_closed:
            found = [event_out(events.message_of(event)) for event in page.events]
            return FeedOut(events=found, next=page.end.word, more=page.more)
        position = page.end
        if not page.more:
            await watch.wait(Id(organization_id), position, left)


async def _page(
    request: BillhookRequest, organization_id: str, after: Position | None, types: list[str] | None, most: int
) -> Page:
    """Read once; who asks may have lost the right to while waiting."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        if after is None:
            return Page([], await events.end(tx), more=False)
        return await events.read(tx, after, types=types, most=most)


def _checked(after: str | None, types: str | None, limit: int, wait: int) -> list[str] | None:
    """Return the types that are asked for. Raises Invalid, all faults at once."""
    faults = []
    if after and after != LATEST and Position.of(after) is None:
        faults.append(Fault("after", "format", "must be `next` of another answer, the id of an event, or `latest`"))
    if not 1 <= limit <= MOST_EVENTS:
        faults.append(Fault("limit", "numericality", f"must be 1 to {MOST_EVENTS}"))
    if not 0 <= wait <= LONGEST_WAIT_SECONDS:
        faults.append(Fault("wait", "numericality", f"must be 0 to {LONGEST_WAIT_SECONDS} seconds"))
    wanted = None
    if types:
        wanted, wrong = events.matching([wish.strip() for wish in types.split(",")], "types")
        faults += wrong
    if faults:
        raise Invalid("Event", faults)
    return wanted


ROUTES = [read]
