"""Who may act for an organization, over the API: invited, in a role, disabled, removed, and never without an admin."""

import asyncio
import secrets

from billhook.organizations.model import MOST_WAITING
from tests.integration.access_cast import confirm, confirmed, faults, invite, member, ok, refused
from tests.integration.accounts_cast import an_email
from tests.world import World


async def test_an_invitation_is_accepted(world: World) -> None:
    alice, bob = await world.actor(), await confirmed(world, "bob")
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}"
    invited = await invite(alice, organization, email=bob.account["email"].upper(), role="readonly")
    assert invited == {
        "id": invited["id"],
        "accountId": bob.id,
        "organizationId": organization["id"],
        "role": "readonly",
        "active": False,
        "disabled": False,
        "rejected": False,
        "invitationEmail": bob.account["email"],
        "inviterId": alice.id,
        "inviterMasterId": alice.id,
        "createdAt": invited["createdAt"],
        "updatedAt": invited["updatedAt"],
        "custom": {},
    }
    assert (await bob.get(url)).status_code == 401
    [seen] = ok(await bob.get(f"/Accounts/{bob.id}/accountOrganizations"))
    assert (seen["id"], seen["organizationName"]) == (invited["id"], organization["name"])
    for _ in range(2):
        assert ok(await bob.post(f"/AccountOrganizations/{invited['id']}/accept")) == {"success": True}
    assert ok(await bob.get(url))["id"] == organization["id"]
    assert [o["id"] for o in ok(await bob.get(f"/Accounts/{bob.id}/organizations"))] == [organization["id"]]
    refused(await bob.post(f"/AccountOrganizations/{invited['id']}/reject"), 422, "INVITATION_ANSWERED")


async def test_an_invitation_is_declined_and_made_anew(world: World) -> None:
    alice, bob = await world.actor(), await confirmed(world, "bob")
    organization = await world.organization(alice)
    first = await invite(alice, organization, email=bob.account["email"])
    for _ in range(2):
        ok(await bob.post(f"/AccountOrganizations/{first['id']}/reject"))
    refused(await bob.post(f"/AccountOrganizations/{first['id']}/accept"), 422, "INVITATION_ANSWERED")
    assert (await bob.get(f"/Organizations/{organization['id']}")).status_code == 401
    second = await invite(alice, organization, email=bob.account["email"], role="admin")
    assert (second["id"], second["role"], second["rejected"]) == (first["id"], "admin", False)
    ok(await bob.post(f"/AccountOrganizations/{first['id']}/accept"))
    ok(await bob.get(f"/Organizations/{organization['id']}"))


async def test_an_invitation_waits_for_an_address_to_be_confirmed(world: World) -> None:
    alice, email = await world.actor(), an_email("newcomer")
    organization = await world.organization(alice)
    invited = await invite(alice, organization, email=email)
    assert "accountId" not in invited
    assert (await invite(alice, organization, email=email))["id"] == invited["id"]
    made = ok(await world.http.post("/Accounts", json={"email": email, "password": "correct horse battery"}))
    login = ok(await world.http.post("/Accounts/login", json={"email": email, "password": "correct horse battery"}))
    newcomer = type(alice)(world.http, made, login["id"])
    # Whoever has signed up with an address has not shown yet that it is theirs.
    for deed in ("accept", "reject"):
        refused(await newcomer.post(f"/AccountOrganizations/{invited['id']}/{deed}"), 401, "AUTHORIZATION_REQUIRED")
    assert ok(await newcomer.get(f"/Accounts/{newcomer.id}/accountOrganizations")) == []
    assert "accountId" not in await invite(alice, organization, email=email)
    await confirm(world, newcomer)
    [seen] = ok(await newcomer.get(f"/Accounts/{newcomer.id}/accountOrganizations"))
    assert seen["id"] == invited["id"]
    ok(await newcomer.post(f"/AccountOrganizations/{invited['id']}/accept"))
    ok(await newcomer.get(f"/Organizations/{organization['id']}"))


async def test_access_without_asking_is_for_confirmed_root_accounts(world: World) -> None:
    root = await world.actor("root")
    child = await world.actor("child", by=root)
    organization = await world.organization(child)
    said = {"accountId": child.id, "requireConfirmation": False, "sendEmail": False}
    refused(await root.post(f"/Organizations/{organization['id']}/invite", said), 401, "CONFIRMATION_NEEDED")
    await confirm(world, root)
    await confirm(world, child)
    refused(await child.post(f"/Organizations/{organization['id']}/invite", said), 401, "CONFIRMATION_NEEDED")
    other = await world.actor("other", by=root)
    made = await invite(root, organization, accountId=other.id, requireConfirmation=False, sendEmail=False)
    assert made["active"] is True
    ok(await other.get(f"/Organizations/{organization['id']}"))
    waiting = an_email()
    silent = await invite(root, organization, email=waiting, requireConfirmation=False, sendEmail=False)
    assert silent["active"] is True
    assert "accountId" not in silent


async def test_everything_wrong_with_an_invitation_is_said(world: World) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    url = f"/Organizations/{(await world.organization(alice))['id']}/invite"
    wrong = {"role": "owner", "email": "nobody", "sendEmail": False}
    everything = {"role": ["inclusion"], "email": ["format"], "sendEmail": ["inclusion"]}
    assert faults(await alice.post(url, wrong)) == everything
    assert faults(await alice.post(url, {})) == {"email": ["presence"]}
    assert faults(await alice.post(url, {"email": 5, "sendEmail": "perhaps"})) == {
        "email": ["type"],
        "sendEmail": ["type"],
    }
    # An account of another tree looks like none.
    for nobody in (bob.id, secrets.token_hex(12), "nonsense"):
        assert faults(await alice.post(url, {"accountId": nobody})) == {"accountId": ["inclusion"]}
    assert ok(await alice.get(url.replace("invite", "accountOrganizations/count"))) == {"count": 1}


async def test_the_same_person_is_not_invited_twice(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    bob, access = await member(world, alice, organization)
    assert (await invite(alice, organization, email=bob.account["email"]))["id"] == access
    url = f"/Organizations/{organization['id']}/invite"
    assert faults(await alice.post(url, {"email": bob.account["email"], "role": "admin"})) == {"role": ["uniqueness"]}
    at_once = await asyncio.gather(*[alice.post(url, {"email": "at-once@example.com"}) for _ in range(3)])
    assert len({ok(answer)["id"] for answer in at_once}) == 1


async def test_access_ends_with_the_next_request(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    bob, access = await member(world, alice, organization)
    invoice = await world.invoice(bob, organization)
    paths = (f"/Organizations/{organization['id']}", f"/Documents/{invoice['id']}")

    async def opens() -> set[int]:
        return {(await bob.get(path)).status_code for path in paths}

    assert await opens() == {200}
    ok(await alice.post(f"/AccountOrganizations/{access}/disable"))
    assert await opens() == {401}
    refused(await bob.post(f"/AccountOrganizations/{access}/enable"), 401, "AUTHORIZATION_REQUIRED")
    ok(await alice.post(f"/AccountOrganizations/{access}/enable"))
    assert await opens() == {200}
    assert ok(await alice.delete(f"/AccountOrganizations/{access}")) == {"count": 1}
    assert await opens() == {401}
    assert (await bob.post(f"/Organizations/{organization['id']}/Documents", world.rocket_man())).status_code == 401
    assert (await alice.delete(f"/AccountOrganizations/{access}")).status_code == 401


async def test_a_member_may_leave_and_manage_nobody(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    bob, access = await member(world, alice, organization)
    _, another = await member(world, alice, organization, "readonly")
    for method, path in (
        ("POST", f"/Organizations/{organization['id']}/invite"),
        ("POST", f"/AccountOrganizations/{access}/change-role"),
        ("POST", f"/AccountOrganizations/{another}/disable"),
        ("POST", f"/AccountOrganizations/{another}/resend"),
        ("DELETE", f"/AccountOrganizations/{another}"),
        ("POST", f"/Organizations/{organization['id']}/defaults"),
        ("PATCH", f"/Organizations/{organization['id']}"),
    ):
        refused(await bob.call(method, path, {"role": "admin", "email": an_email()}), 401, "ADMIN_REQUIRED")
    ok(await bob.post(f"/Organizations/{organization['id']}/Documents", world.rocket_man()))
    assert ok(await bob.delete(f"/AccountOrganizations/{access}")) == {"count": 1}
    assert (await bob.get(f"/Organizations/{organization['id']}")).status_code == 401


async def test_the_last_admin_stays(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    [own] = ok(await alice.get(f"/Organizations/{organization['id']}/accountOrganizations"))
    url = f"/AccountOrganizations/{own['id']}"
    # Neither an invitation nor a disabled admin manages anything.
    await invite(alice, organization, email=an_email(), role="admin")
    _, gone = await member(world, alice, organization, "admin")
    ok(await alice.post(f"/AccountOrganizations/{gone}/disable"))
    refused(await alice.delete(url), 422, "LAST_ADMIN")
    refused(await alice.post(f"{url}/disable"), 422, "LAST_ADMIN")
    refused(await alice.post(f"{url}/change-role", {"role": "readonly"}), 422, "LAST_ADMIN")
    ok(await alice.post(f"{url}/change-role", {"role": "admin"}))
    assert faults(await alice.post(f"{url}/change-role", {"role": "boss"})) == {"role": ["inclusion"]}
    ok(await alice.post(f"/AccountOrganizations/{gone}/enable"))
    assert ok(await alice.delete(url)) == {"count": 1}


async def test_of_two_admins_who_go_at_once_one_stays(world: World) -> None:
    for deed in ("disable", "change-role", "delete"):
        alice = await world.actor()
        organization = await world.organization(alice)
        [own] = ok(await alice.get(f"/Organizations/{organization['id']}/accountOrganizations"))
        _, other = await member(world, alice, organization, "admin")
        rows = (own["id"], other)
        if deed == "delete":
            both = await asyncio.gather(*[alice.delete(f"/AccountOrganizations/{row}") for row in rows])
        else:
            both = await asyncio.gather(*[alice.post(f"/AccountOrganizations/{row}/{deed}", {}) for row in rows])
        assert sorted(answer.status_code for answer in both) == [200, 422], deed
        where = {"where[role]": "admin", "where[disabled]": "false"}
        counted = await alice.get(f"/Organizations/{organization['id']}/accountOrganizations/count", params=where)
        assert ok(counted) == {"count": 1}


async def test_the_list_says_who_they_are_and_can_be_filtered(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    bob, _ = await member(world, alice, organization, "readonly")
    await bob.patch(f"/Accounts/{bob.id}", {"firstname": "Bob"})
    url = f"/Organizations/{organization['id']}/accountOrganizations"
    answer = await bob.get(url, params={"filter[include]": "account", "filter[order]": "createdAt"})
    assert answer.headers["x-total-count"] == "2"
    assert [row["account"]["email"] for row in ok(answer)] == [alice.account["email"], bob.account["email"]]
    assert ok(answer)[1]["account"]["firstname"] == "Bob"
    only = ok(await alice.get(url, params={"filter[where][role]": "readonly", "filter[fields][]": "accountId"}))
    assert only == [{"accountId": bob.id}]
    assert ok(await bob.get(f"/Accounts/{bob.id}/accountOrganizations/count")) == {"count": 1}
    assert faults(await alice.get(url, params={"filter[where][email]": "x"})) != {}
    assert faults(await alice.get(url, params={"filter[include]": "token"})) != {}


async def test_invitations_are_bounded(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    url = f"/Organizations/{organization['id']}/invite"
    email = an_email()
    invited = await invite(alice, organization, email=email)
    for _ in range(2):
        ok(await alice.post(f"/AccountOrganizations/{invited['id']}/resend"))
    refused(await alice.post(f"/AccountOrganizations/{invited['id']}/resend"), 429, "INVITATION_THROTTLED")
    ok(await alice.delete(f"/AccountOrganizations/{invited['id']}"))
    refused(await alice.post(url, {"email": email}), 429, "INVITATION_THROTTLED")
    for _ in range(MOST_WAITING):
        ok(await alice.post(url, {"email": an_email()}))
    refused(await alice.post(url, {"email": an_email()}), 422, "TOO_MANY_INVITATIONS")


async def test_a_deactivated_organization_takes_nobody_in_but_lets_go(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    bob, access = await member(world, alice, organization)
    ok(await alice.post(f"/Organizations/{organization['id']}/deactivate"))
    invited = await alice.post(f"/Organizations/{organization['id']}/invite", {"email": an_email()})
    refused(invited, 422, "ORGANIZATION_DEACTIVATED")
    assert (await bob.get(f"/Organizations/{organization['id']}")).status_code == 200
    assert ok(await alice.delete(f"/AccountOrganizations/{access}")) == {"count": 1}


async def test_only_who_is_meant_answers(world: World) -> None:
    alice, bob, charlie = await world.actor(), await confirmed(world, "bob"), await confirmed(world, "charlie")
    organization = await world.organization(alice)
    invited = await invite(alice, organization, email=bob.account["email"])
    for nobody in (alice, charlie):
        for deed in ("accept", "reject"):
            answer = await nobody.post(f"/AccountOrganizations/{invited['id']}/{deed}")
            refused(answer, 401, "AUTHORIZATION_REQUIRED")
    assert ok(await bob.get(f"/Accounts/{bob.id}/accountOrganizations"))[0]["active"] is False


async def test_an_address_that_only_its_platform_vouches_for_is_nobodys_invitation(world: World) -> None:
    alice, mallory = await world.actor(), await world.actor("mallory")
    ok(await mallory.patch(f"/Accounts/{mallory.id}", {"skipChildAccountVerification": True}))
    before, after = an_email("before"), an_email("after")
    organization = await world.organization(alice)
    first = await invite(alice, organization, email=before)
    for email in (before, after):
        body = {"email": email, "password": "correct horse battery"}
        made = ok(await mallory.post("/Accounts", body))
        assert made["emailVerified"] is True
        login = ok(await world.http.post("/Accounts/login", json=body))
        child = type(alice)(world.http, made, login["id"])
        invited = first if email == before else await invite(alice, organization, email=email)
        assert "accountId" not in invited
        assert ok(await child.get(f"/Accounts/{child.id}/accountOrganizations")) == []
        refused(await child.post(f"/AccountOrganizations/{invited['id']}/accept"), 401, "AUTHORIZATION_REQUIRED")
        assert (await child.get(f"/Organizations/{organization['id']}")).status_code == 401
        await confirm(world, child)
        ok(await child.post(f"/AccountOrganizations/{invited['id']}/accept"))
        ok(await child.get(f"/Organizations/{organization['id']}"))
        organization = await world.organization(alice)


async def test_within_its_tree_the_word_of_a_platform_is_enough(world: World) -> None:
    root = await confirmed(world, "root")
    ok(await root.patch(f"/Accounts/{root.id}", {"skipChildAccountVerification": True}))
    organization, email = await world.organization(root), an_email("merchant")
    await invite(root, organization, email=email, requireConfirmation=False, sendEmail=False)
    body = {"email": email, "password": "correct horse battery"}
    made = ok(await root.post("/Accounts", body))
    login = ok(await world.http.post("/Accounts/login", json=body))
    ok(await type(root)(world.http, made, login["id"]).get(f"/Organizations/{organization['id']}"))
