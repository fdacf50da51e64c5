"""What the tests of events share: somebody who reads an organization's feed."""

from typing import Any

from tests.integration.access_cast import ok
from tests.world import Actor


def path(organization: dict[str, Any]) -> str:
    return f"/Organizations/{organization['id']}/events"


async def page(actor: Actor, organization: dict[str, Any], **words: Any) -> dict[str, Any]:
    found: dict[str, Any] = ok(await actor.get(path(organization), params=words))
    return found


async def until(
    actor: Actor, organization: dict[str, Any], type: str, after: str = "", count: int = 1
) -> list[dict[str, Any]]:
    """Read on until so many events of a type were met: other transactions of the server may hold the newest back."""
    found: list[dict[str, Any]] = []
    while sum(event["type"] == type for event in found) < count:
        read = await page(actor, organization, after=after, wait=30)
        assert read["events"], f"{type} did not come after {[event['type'] for event in found]}"
        found += read["events"]
        after = read["next"]
    return found


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]
