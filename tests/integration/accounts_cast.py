"""What the tests of accounts share: addresses of mail and of clients, logins, the outbox, letters, refusals."""

import secrets
from typing import Any

import httpx
import msgspec

from billhook import accounts
from billhook.kernel.ids import Id
from tests.world import Actor, World

ANOTHER = "another horse, another battery"


def an_email(name: str = "somebody") -> str:
    return f"{name}-{secrets.token_hex(6)}@example.com"


def from_elsewhere() -> dict[str, str]:
    """Headers of a client at an address of its own, as a proxy on this machine reports it."""
    return {"X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}


async def log_in(world: World, email: str, password: str, headers: dict[str, str], **more: Any) -> httpx.Response:
    return await world.http.post("/Accounts/login", json={"email": email, "password": password} | more, headers=headers)


async def jobs_of(world: World, account_id: str) -> list[str]:
    """The kinds of what waits in the outbox for an account."""
    async with world.database.open() as tx:
        rows = await tx.connection.fetch("select kind, payload from jobs.job order by id")
    found = [(row["kind"], msgspec.json.decode(row["payload"])) for row in rows]
    return [kind for kind, payload in found if payload == {"account_id": account_id}]


async def reset_token(world: World, actor: Actor) -> str:
    async with world.database.open() as tx:
        return await accounts.new_reset(tx, Id(actor.id))


async def confirmation_token(world: World, actor: Actor) -> str:
    async with world.database.open() as tx:
        return await accounts.new_confirmation(tx, Id(actor.id))


def codes(response: httpx.Response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.text
    found: dict[str, list[str]] = response.json()["error"]["details"]["codes"]
    return found


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]
