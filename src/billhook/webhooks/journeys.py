"""A webhook's turn: what is due for it is sent, one message after the other, with no transaction open meanwhile."""

import time
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from billhook import jobs
from billhook.db import Database
from billhook.events import message_of
from billhook.events.events import PAUSED
from billhook.kernel.problems import Problem
from billhook.settings import Seal, Settings, Unsealable
from billhook.webhooks import store
from billhook.webhooks.model import PATIENCE, Outcome, Turn, hold_until, next_try, signatures

BATCH: Final = 20
"""How many messages one turn may send."""
TURN_SECONDS: Final = 10
"""How long a turn may take before it begins no further message."""
CALL_SECONDS: Final = 5
SLOW_MILLISECONDS: Final = 1_000
_MOST_BYTES: Final = 2_000
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class Post:
    """What sending needs: the database, what opens secrets, whether private addresses may be called."""

    def __init__(self, database: Database, settings: Settings, call_seconds: int = CALL_SECONDS) -> None:
        self.database = database
        self.call_seconds = call_seconds
        self.seal = Seal(settings)
        self.allow_private = settings.allow_private_addresses


async def take(post: Post, turn: Turn) -> None:
    """Carry out a turn. A message that was sent and not noted is sent again, under the same id."""
    outcomes: list[Outcome] = []
    until = time.monotonic() + TURN_SECONDS
    async with post.database.open(organization=turn.organization_id) as tx:
        due = await store.waiting(tx, turn.endpoint_id, BATCH)
    for message in due:
        outcome = await _deliver(post, turn, message)
        outcomes.append(outcome)
        if not outcome.reached or time.monotonic() > until:
            break
    await _end(post, turn, outcomes)


async def _deliver(post: Post, turn: Turn, due: store.Waiting) -> Outcome:
    """Send one message and note what came of it."""
    event = due.event
    at, body = post.database.clock.now(), _encode(message_of(event))
    outcome = await _call(post, turn, event.id, int(at.timestamp()), body)
    async with post.database.open(organization=turn.organization_id) as tx:
        again = None if outcome.taken else next_try(due.attempts + 1, tx.now)
        await store.note(
            tx,
            turn.endpoint_id,
            event.era,
            event.xid,
            event.sequence,
            url=turn.url,
            at=at,
            milliseconds=outcome.milliseconds,
            status=outcome.status,
            answer=outcome.answer,
            error=outcome.error,
            state="delivered" if outcome.taken else "waiting" if again else "failed",
            run_at=again or tx.now,
        )
    return outcome


async def _call(post: Post, turn: Turn, message_id: str, seconds: int, body: bytes) -> Outcome:
    """Call the address, signed with every secret that is good."""
    from billhook import outgoing  # the HTTP client is loaded when the first message is sent

    begin = time.perf_counter_ns()
    try:
        sealed = [secret for secret in (turn.secret, turn.previous_secret) if secret]
        keys = [post.seal.open_bytes(secret).decode() for secret in sealed]
        headers = {
            "content-type": "application/json",
            "user-agent": "Billhook",
            "webhook-id": message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signatures(keys, message_id, seconds, body),
        }
        answer = await outgoing.call(
            "POST",
            turn.url,
            seconds=post.call_seconds,
            most_bytes=_MOST_BYTES,
            headers=headers,
            body=body,
            allow_private=post.allow_private,
            cut=True,
        )
    except (outgoing.AddressRefused, outgoing.CallFailed, Unsealable) as problem:
        return Outcome(None, None, _text(problem), _since(begin))
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    error = None if 200 <= answer.status < 300 else f"It answered {answer.status}."
    return Outcome(answer.status, text, error, _since(begin))


def _text(problem: Problem) -> str:
    return problem.message.replace("\0", "")[:500]


def _since(begin: int) -> int:
    return (time.perf_counter_ns() - begin) // 1_000_000


async def _end(post: Post, turn: Turn, outcomes: list[Outcome]) -> None:
    unreached = turn.unreached
    for outcome in outcomes:
        unreached = 0 if outcome.reached else unreached + 1
    succeeded = any(outcome.taken for outcome in outcomes)
    failed = bool(outcomes) and not succeeded
    async with post.database.open(organization=turn.organization_id) as tx, tx.atomic():
        await store.end_turn(
            tx,
            turn.endpoint_id,
            turn.leased_until,
            slow=any(not outcome.taken or outcome.milliseconds > SLOW_MILLISECONDS for outcome in outcomes),
            unreached=unreached,
            hold=hold_until(unreached, tx.now) if unreached else None,
            succeeded=succeeded,
            failed=failed,
            recovered=bool(turn.unreached) and bool(outcomes) and not unreached,
            patience_hours=PATIENCE // timedelta(hours=1),
        )
        if failed and (url := await store.paused_now(tx, turn.endpoint_id)):
            await jobs.enqueue(tx, PAUSED, {"webhook_id": turn.endpoint_id, "address": urlsplit(url).hostname or ""})
