"""Notices of gateways: forged, replayed, malformed, old and huge ones have no effect, the others have it once."""

import os
import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from billhook import processing
from billhook.gateways.sandbox import notices
from billhook.kernel import ids
from billhook.processing import Till
from tests.integration import shop as shops
from tests.integration import watched as watchers
from tests.integration.payment_desk import ok
from tests.integration.shop import Shop
from tests.integration.watched import token_of

shop, till = shops.shop, watchers.till
NOTICES = int(os.environ.get("NOTICES", "1000"))


async def test_only_valid_notices_have_an_effect_and_that_once(shop: Shop, till: Till) -> None:
    """Forged, replayed, malformed, old, huge, for others: all are refused or change nothing.

    NOTICES=10000 delivers ten times as many, by hand.
    """
    about = ok(await shop.alice.get("/payment-processing"))
    url = f"/payment-processing/{about['id']}/webhooks"
    secret = till.gateways.sandbox.notice_secret(about["merchantId"])
    await shop.trouble(notices="lost")  # but for those that are sent here
    intent, paid, now, chance = await shop.intent(), await shop.intent(), shop.world.clock.now(), random.Random(7)
    url_of_paid = await processing.pay(till, token_of(paid["paymentLink"]), None)
    await shop.pays(url_of_paid)

    def notice(**changes: Any) -> bytes:
        fields = {"id": f"evt_{secrets.token_hex(8)}", "type": "payment.succeeded", "subject": "pay_none"}
        return notices.encoded(fields | {"reference": intent["id"], "livemode": False} | changes)

    def sent(body: bytes, key: str = secret, minutes: int = 0) -> tuple[bytes, dict[str, Any]]:
        return body, {notices.HEADER: notices.sign(key, now + timedelta(minutes=minutes), body)}

    bad: list[Callable[[], tuple[bytes, dict[str, Any]]]] = [
        lambda: sent(notice(), "whsec_of_somebody_else"),
        lambda: sent(notice(), minutes=-6),
        lambda: sent(notice(), minutes=6),
        lambda: sent(notice(livemode=True)),
        lambda: sent(notice(reference="nonsense")),
        lambda: sent(b"not json at all"),
        lambda: sent(notice(padding="x" * 70_000)),
        lambda: (notice(), {}),
        lambda: (notice(), {notices.HEADER: "t=99999999999999999999,v1=" + "0" * 64}),
        lambda: (notice(), {notices.HEADER: f"t={int(now.timestamp())},v1=".encode() + b"\xe9" * 64}),
        lambda: (sent(notice())[0] + b" ", sent(notice())[1]),
    ]
    valid = [sent(notice()), sent(notice(reference=paid["id"]))]
    todo = [chance.choice(bad)() for _ in range(NOTICES * 9 // 10)] + valid * (NOTICES // 20)
    chance.shuffle(todo)

    async def send(body: bytes, headers: dict[str, Any]) -> httpx.Response:
        return await shop.world.http.post(url, content=body, headers=headers)

    answers = [await send(*one) for one in todo]
    assert [answer.status_code for answer in answers] == [200 if one in valid else 401 for one in todo]
    await shop.work()
    assert (await shop.read(intent))["status"] == "initiated"  # the provider says otherwise
    assert (await shop.read(paid))["succeeded"] is True
    assert [payment["amount"] for payment in await shop.payments()] == [100]
    owner = await asyncpg.connect(shop.world.database.url)
    kept = "select count(*) from processing.notice where platform_id = $1"
    assert await owner.fetchval(kept, ids.to_uuid(about["id"])) == len(valid)
    await owner.close()
