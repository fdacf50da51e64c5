"""A platform and its merchants: one root account, a child for each, and nothing for anybody else."""

from tests.integration.access_cast import confirm, confirmed, invite, ok, refused
from tests.integration.accounts_cast import an_email
from tests.world import PASSWORD, Actor, World


async def test_a_merchant_is_made_silently_and_invoices(world: World) -> None:
    platform = await confirmed(world, "platform")
    organization = await world.organization(platform, name="Merchant Ltd")
    body = {"email": an_email("merchant"), "password": PASSWORD}
    child = ok(await platform.post("/Accounts", body))
    assert (child["masterId"], child["parentId"]) == (platform.id, platform.id)
    access = await invite(platform, organization, accountId=child["id"], requireConfirmation=False, sendEmail=False)
    assert (access["active"], access["role"], access["accountId"]) == (True, "default", child["id"])
    token = ok(await platform.post("/Accounts/impersonate", {"email": child["email"]}))["id"]
    merchant = Actor(world.http, child, token)

    invoice = await world.invoice(merchant, organization)
    assert invoice["accountId"] == merchant.id
    payment = ok(await merchant.post(f"/Documents/{invoice['id']}/payments", {"type": "bank"}))
    [setting, *_] = ok(await merchant.get(f"/Organizations/{organization['id']}/defaults"))

    # The platform reaches everything of its tree, what the merchant founds by itself too.
    own = await world.organization(merchant, name="Merchant's own")
    draft = await world.invoice(merchant, own, draft=True)
    found = ok(await platform.get(f"/Accounts/{platform.id}/organizations"))
    assert {o["id"] for o in found} == {organization["id"], own["id"]}
    paths = [
        f"/Accounts/{child['id']}",
        f"/Accounts/{child['id']}/organizations",
        f"/Organizations/{organization['id']}",
        f"/Organizations/{own['id']}",
        f"/Documents/{invoice['id']}",
        f"/Documents/{draft['id']}",
        f"/Payments/{payment['id']}",
        f"/Defaults/{setting['id']}",
        f"/Clients/{invoice['clientId']}/balance",
    ]
    for path in paths:
        assert (await platform.get(path)).status_code == 200, path
    issued = ok(await platform.post(f"/Documents/{draft['id']}/issue"))
    assert issued["draft"] is False

    # Another platform, a sibling and somebody without a token reach nothing.
    foreign, sibling = await confirmed(world, "foreign"), await world.actor("sibling", by=platform)
    for stranger in (foreign, sibling):
        for path in paths:
            assert (await stranger.get(path)).status_code == 401, path
    refused(await foreign.post("/Accounts/impersonate", {"email": child["email"]}), 401, "AUTHORIZATION_REQUIRED")
    refused(await merchant.post("/Accounts/impersonate", {"id": platform.id}), 401, "AUTHORIZATION_REQUIRED")
    refused(await sibling.post("/Accounts/impersonate", {"id": child["id"]}), 401, "AUTHORIZATION_REQUIRED")
    for path in paths:
        assert (await world.http.get(path)).status_code == 401, path

    # Taken away again: the token lives, and opens nothing of the organization from the next request on.
    assert ok(await platform.delete(f"/AccountOrganizations/{access['id']}")) == {"count": 1}
    assert (await merchant.get(f"/Organizations/{organization['id']}")).status_code == 401
    assert (await merchant.get(f"/Documents/{invoice['id']}")).status_code == 401
    assert (await merchant.get(f"/Organizations/{own['id']}")).status_code == 200


async def test_the_flow_can_be_repeated(world: World) -> None:
    """A platform that is killed between two steps starts over: the same access is given once."""
    platform = await confirmed(world, "platform")
    organization = await world.organization(platform)
    child = await world.actor("merchant", by=platform)
    said = {"accountId": child.id, "requireConfirmation": False, "sendEmail": False}
    rows = {(await invite(platform, organization, **said))["id"] for _ in range(3)}
    assert len(rows) == 1
    # By its address too, though nobody has confirmed it: it is an account of the platform's own tree.
    by_email = await invite(platform, organization, email=child.account["email"], requireConfirmation=False)
    assert by_email["id"] in rows


async def test_a_platform_keeps_the_making_of_organizations_to_itself(world: World) -> None:
    platform = await world.actor("platform")
    child = await world.actor("merchant", by=platform)
    await world.organization(child, name="Made before")
    ok(await platform.patch(f"/Accounts/{platform.id}", {"disableCreatingChildOrganizations": True}))
    body = {"name": "Made after", "country": "Belgium"}
    url = f"/Accounts/{child.id}/Organizations"
    refused(await child.post(url, body), 401, "CHILD_ORGANIZATIONS_DISABLED")
    for_child = ok(await platform.post(url, body))
    assert (await child.get(f"/Organizations/{for_child['id']}")).status_code == 200
    ok(await platform.post(f"/Accounts/{platform.id}/Organizations", body))
    assert len(ok(await child.get(f"/Accounts/{child.id}/organizations"))) == 2
    ok(await platform.patch(f"/Accounts/{platform.id}", {"disableCreatingChildOrganizations": False}))
    ok(await child.post(url, body))


async def test_a_childs_child_belongs_to_the_root(world: World) -> None:
    platform = await world.actor("platform")
    child = await world.actor("child", by=platform)
    grandchild = await world.actor("grandchild", by=child)
    await confirm(world, grandchild)
    assert (grandchild.account["masterId"], grandchild.account["parentId"]) == (platform.id, child.id)
    organization = await world.organization(grandchild)
    ok(await platform.get(f"/Organizations/{organization['id']}"))
    assert (await child.get(f"/Organizations/{organization['id']}")).status_code == 401
