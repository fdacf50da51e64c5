"""What the tests of access share: confirmed accounts, invitations, answers."""

from typing import Any

import httpx

from tests.integration.accounts_cast import confirmation_token
from tests.world import Actor, World


def ok(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


async def confirm(world: World, actor: Actor) -> None:
    """Confirm an actor's address, as the link in the mail does."""
    words = {"uid": actor.id, "token": await confirmation_token(world, actor)}
    assert (await world.http.get("/Accounts/confirm", params=words)).status_code == 204


async def confirmed(world: World, name: str = "alice") -> Actor:
    actor = await world.actor(name)
    await confirm(world, actor)
    return actor


async def invite(actor: Actor, organization: dict[str, Any], **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(await actor.post(f"/Organizations/{organization['id']}/invite", said))
    return made


async def member(world: World, admin: Actor, organization: dict[str, Any], role: str = "default") -> tuple[Actor, str]:
    """Somebody of another tree who was invited in a role and has accepted, and the id of their access."""
    bob = await confirmed(world, role)
    invited = await invite(admin, organization, email=bob.account["email"], role=role)
    ok(await bob.post(f"/AccountOrganizations/{invited['id']}/accept"))
    return bob, invited["id"]


def refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["error"]["code"]) == (status, code), response.text


def faults(response: httpx.Response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.text
    found: dict[str, list[str]] = response.json()["error"]["details"]["codes"]
    return found
