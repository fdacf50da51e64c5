"""What the sandbox does later: carry notices, and let banks answer. Things go wrong here on purpose, when asked to."""

import logging
from typing import Final
from urllib.parse import urlsplit

from billhook.db import Database
from billhook.gateways.sandbox import bank, notices
from billhook.gateways.sandbox.events import NOTICE, RESOLVE
from billhook.gateways.sandbox.gateway import SandboxGateway
from billhook.gateways.sandbox.model import Platform, SandboxPayment
from billhook.jobs import Handler, Job, Postponed

log = logging.getLogger("billhook.sandbox")

_SECONDS: Final = 10
_LAST: Final = ("payment.succeeded", "payment.failed", "payment.canceled", "dispute.closed")
"""Notices that overtake the others when they come out of order."""


def handlers(database: Database, gateway: SandboxGateway) -> dict[str, Handler]:
    """Return what carries out the sandbox's jobs."""

    async def carry(job: Job) -> None:
        async with database.open() as tx:
            platform = await bank.read(tx, Platform, job.payload["platform"])
        kind = job.payload["notice"]["type"]
        if platform.notices == "lost":
            return
        held = platform.notices == "late" or (platform.notices == "out_of_order" and kind not in _LAST)
        if held and job.attempts == 1:
            raise Postponed(why="the sandbox was told to be late")
        for _ in range(2 if platform.notices == "twice" else 1):
            await _post(database, gateway, platform, job)

    async def resolve(job: Job) -> None:
        async with database.open() as tx, tx.atomic():
            await bank.pass_time(tx, await bank.lock(tx, SandboxPayment, job.payload["payment"]))

    return {NOTICE: carry, RESOLVE: resolve}


async def _post(database: Database, gateway: SandboxGateway, platform: Platform, job: Job) -> None:
    """Send a notice. Its path is the platform's; the origin is where we are reached today, as ports may change."""
    import httpx  # not at the start: it brings a command line of its own along

    body = notices.encoded(job.payload["notice"])
    signature = notices.sign(gateway.notice_secret(platform.id), database.clock.now(), body)
    headers = {notices.HEADER: signature, "content-type": "application/json"}
    url = f"{gateway.public_url}{urlsplit(platform.notice_url).path}"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, verify=_tls(url)) as http:
            answer = await http.post(url, content=body, headers=headers)
    except httpx.HTTPError as error:
        raise Postponed(why=f"no answer from {url}: {error}") from error
    if not answer.is_success:
        raise Postponed(why=f"{url} answered {answer.status_code}")


def _tls(url: str) -> bool:
    """Tell whether certificates matter: reading the list of authorities takes longer than a call in the clear."""
    return url.startswith("https:")
