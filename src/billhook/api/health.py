"""Whether the service lives and is ready: `/`, `/live`, `/ready`."""

import msgspec
from litestar import get
from litestar.openapi import ResponseSpec

from billhook import __version__
from billhook.api.responses import JsonResponse
from billhook.db import DatabaseUnavailable
from billhook.jobs import queued
from billhook.web import BillhookRequest


class Check(msgspec.Struct):
    """One thing that was looked at: `state` is UP or DOWN, `data.reason` says why not."""

    name: str
    state: str
    data: dict[str, str] = {}


class Health(msgspec.Struct):
    """The state of the service."""

    status: str
    checks: list[Check]


_DOWN = {503: ResponseSpec(Health, generate_examples=False, description="It cannot; `checks` say why.")}


@get("/live", opt={"public": True}, tags=["Health"], summary="Is the process alive?")
async def live() -> Health:
    """Answer as long as the process runs."""
    return Health("UP", [])


@get(["/ready"], opt={"public": True}, tags=["Health"], summary="Can it do its work?", responses=_DOWN)
async def ready(request: BillhookRequest) -> Health:
    """Answer 200 when the database answers, 503 otherwise."""
    return await _look(request)


@get(
    "/",
    opt={"public": True},
    tags=["Health"],
    summary="What this is, and whether it can do its work",
    responses=_DOWN,
)
async def root(request: BillhookRequest) -> Health:
    """Answer like `/ready`."""
    return await _look(request)


async def _look(request: BillhookRequest) -> Health:
    checks = [Check("billhook", "UP", {"version": __version__})]
    try:
        async with request.database.open() as tx:
            await queued(tx)
        checks.append(Check("database", "UP"))
    except DatabaseUnavailable as problem:
        checks.append(Check("database", "DOWN", {"reason": problem.message}))
    up = all(check.state == "UP" for check in checks)
    health = Health("UP" if up else "DOWN", checks)
    return health if up else JsonResponse(health, status_code=503, media_type="application/json")  # type: ignore[return-value]


ROUTES = [live, ready, root]
