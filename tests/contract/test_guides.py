"""The commands of the guides to members, marketplaces, units and the request log run as printed, one after the other."""

from pathlib import Path

import pytest
from tests.contract.test_docs import DOCS, blocks, run
from tests.integration.access_cast import confirm, invite, ok
from tests.integration.accounts_cast import an_email
from tests.world import World

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


async def variables(world: World) -> dict[str, str]:
    """What the commands read: an account that manages an organization, and is invited to another one."""
    alice, boss = await world.actor(), await world.actor("boss")
    await confirm(world, alice)
    organization = await world.organization(alice)
    merchant = await world.actor("merchant", by=alice)
    unit = ok(await alice.post(f"/Organizations/{organization['id']}/units", {"name": "Ghent"}))
    invited = await invite(boss, await world.organization(boss), email=alice.account["email"], role="admin")
    return {
        "API": f"{world.base_url}/v1",
        "TOKEN": alice.token,
        "ACCOUNT": alice.id,
        "ORGANIZATION": organization["id"],
        "MERCHANT": merchant.id,
        "UNIT": unit["id"],
        "ACCESS": invited["id"],
    }


@pytest.mark.parametrize(
    ("guide", "says"),
    [
        ("members-and-roles", '"colleague'),
        ("marketplace", '"userId"'),
        ("units", "ANT"),
        ("request-log", "["),
    ],
)
async def test_a_guide_works(world: World, tmp_path: Path, guide: str, says: str) -> None:
    (tmp_path / "logo.svg").write_text(LOGO)
    given = "\n".join(f"{name}={value}" for name, value in (await variables(world)).items())
    told = "\n".join(blocks(DOCS / "guides" / f"{guide}.md", "sh"))
    told = told.replace("curl ", "curl --fail-with-body ").replace("merchant@example.com", an_email("merchant"))
    told = told.replace("/disable", "/enable")  # the access is the caller's own, who would lock themselves out
    assert says in await run(f"{given}\n{told}", world.base_url, tmp_path)
