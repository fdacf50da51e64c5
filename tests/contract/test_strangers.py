"""Whoever is a stranger gets nothing and changes nothing, on every route there is: tenancy is walked, not sampled."""

import itertools
import secrets
from typing import Any

import asyncpg
import httpx
import pytest
from tests.contract.belongings import Parameters, belongings, fill, strange, upload_for
from tests.contract.described import Operation, operations
from tests.integration.accounts_cast import reset_token
from tests.world import Actor, World

from billhook.kernel import ids

NEEDS_A_LETTER = {"accountsResetPassword"}
"""Operations that a token of a mail opens, and no access token."""


async def dump(owner: "asyncpg.Connection[Any]", organization: str, account: str) -> list[str]:
    """Every row of every table that belongs to an organization or an account, in full."""
    columns = await owner.fetch(
        "select table_schema, table_name, column_name from information_schema.columns c"
        " join information_schema.tables t using (table_schema, table_name) where t.table_type = 'BASE TABLE'"
        " and table_schema not in ('pg_catalog', 'information_schema') and data_type = 'uuid'"
        " and (column_name in ('organization_id', 'account_id') or (column_name = 'id' and table_name = any($1)))",
        ["organization", "account"],
    )
    keys = [ids.to_uuid(organization), ids.to_uuid(account)]
    rows: list[str] = []
    for schema, table, column in columns:
        text = f'select to_jsonb(r)::text from "{schema}"."{table}" r where "{column}" = any($1) order by 1'
        rows += [f"{schema}.{table} {row[0]}" for row in await owner.fetch(text, keys)]
    assert len(rows) > 20
    return rows


def arguments(operation: Operation, swapped: dict[str, str] | None = None) -> dict[str, Any]:
    """What an example of the document sends, with some ids in its body replaced."""
    sent: dict[str, Any] = {"params": operation.query}
    if "multipart/form-data" in operation.about.get("requestBody", {}).get("content", {}):
        return sent | {"files": upload_for(operation.about)}
    if operation.body is None:
        return sent
    return sent | {"json": operation.body | (swapped or {})}


async def ask(world: World, operation: Operation, path: str, token: str | None, **sent: Any) -> httpx.Response:
    headers = {"Authorization": token} if token else {}
    return await world.http.request(operation.method, f"{world.base_url}{path}", headers=headers, **sent)


def without(text: str, parameters: Parameters) -> str:
    """A text with the ids that were sent taken out: a refusal may repeat them."""
    for value in parameters.values():
        text = text.replace(value, "…")
    return text


def closed(document: dict[str, Any]) -> list[Operation]:
    found = [operation for operation in operations(document) if not operation.is_public]
    assert len(found) > 40
    return found


async def test_without_a_token_nobody_gets_in(world: World, document: dict[str, Any]) -> None:
    own = await belongings(world, await world.actor())
    for operation in closed(document):
        for token in (None, secrets.token_urlsafe(48)):
            answer = await ask(world, operation, fill(operation.path, own), token, **arguments(operation))
            assert (operation.id, answer.status_code) == (operation.id, 401)
            assert answer.json()["error"]["code"] == "INVALID_TOKEN"


async def test_a_letters_token_opens_one_door(world: World, document: dict[str, Any]) -> None:
    alice = await world.actor()
    own = await belongings(world, alice)
    letter = await reset_token(world, alice)
    for operation in closed(document):
        if operation.id not in NEEDS_A_LETTER:
            answer = await ask(world, operation, fill(operation.path, own), letter, **arguments(operation))
            assert (operation.id, answer.status_code) == (operation.id, 401)
    for operation in closed(document):
        if operation.id in NEEDS_A_LETTER:
            refused = await ask(world, operation, operation.path, alice.token, **arguments(operation))
            assert refused.status_code == 401
            assert (await ask(world, operation, operation.path, letter, **arguments(operation))).status_code == 204


async def test_a_stranger_gets_nothing_and_changes_nothing(
    world: World, document: dict[str, Any], owner: "asyncpg.Connection[Any]"
) -> None:
    alice, bob = await world.actor(), await world.actor("bob")
    hers = await belongings(world, alice, payments=[{"type": "card", "amount": 7}])
    before = await dump(owner, hers["organization_id"], alice.id)
    walked = 0
    for number, operation in enumerate(closed(document)):
        if not operation.in_path:
            continue
        if number % 50 == 49:
            bob = await world.actor("bob")  # nobody invites as many as this by mail
        his = await belongings(world, bob)
        for is_hers in itertools.product((True, False), repeat=len(operation.in_path)):
            if not any(is_hers):
                continue
            foreign = {name for name, flag in zip(operation.in_path, is_hers, strict=True) if flag}
            nowhere = strange(hers)
            meant = {name: (hers if name in foreign else his)[name] for name in operation.in_path}
            nothing = {name: (nowhere if name in foreign else his)[name] for name in operation.in_path}
            real = await ask(world, operation, fill(operation.path, meant), bob.token, **arguments(operation))
            unreal = await ask(world, operation, fill(operation.path, nothing), bob.token, **arguments(operation))
            assert (operation.id, foreign, real.status_code) == (operation.id, foreign, unreal.status_code)
            assert real.status_code in (401, 404), (operation.id, foreign, real.text)
            assert without(real.text, meant) == without(unreal.text, nothing), operation.id
            walked += 1
    assert walked > 40
    assert await dump(owner, hers["organization_id"], alice.id) == before


async def test_a_stranger_sees_only_what_is_his(
    world: World, document: dict[str, Any], owner: "asyncpg.Connection[Any]"
) -> None:
    """Routes without an id, and his own ids: nothing of Alice's is in any answer, whatever he asks for in the body."""
    alice, mark = await world.actor(), f"Mark {secrets.token_hex(8)}"
    hers = await belongings(world, alice, note=mark, _documentItems=[{"name": mark, "price": 1}])
    await alice.patch(f"/Accounts/{alice.id}", {"label": mark})
    await alice.patch(f"/Organizations/{hers['organization_id']}", {"city": mark})
    before = await dump(owner, hers["organization_id"], alice.id)
    secret = [mark, alice.account["email"], alice.token, *hers.values()]
    for operation in closed(document):
        bob = await world.actor("bob")
        his = await belongings(world, bob)
        ids_in_body = {key: alice.id for key in ("id",) if key in (operation.body or {})}
        answer = await ask(world, operation, fill(operation.path, his), bob.token, **arguments(operation, ids_in_body))
        leaks = [text for text in secret if text in answer.text and text not in ids_in_body.values()]
        assert (operation.id, leaks) == (operation.id, [])
        if ids_in_body:
            assert answer.status_code in (401, 404), operation.id
    assert await dump(owner, hers["organization_id"], alice.id) == before


def referring(name: str, value: str) -> dict[str, Any]:
    """An invoice that refers to something by id."""
    body = World.rocket_man()
    if name == "taxId":
        body["_documentItems"][0]["_documentItemTaxes"] = [{"taxId": value}]
    else:
        body[name] = [value] if name == "documentIds" else value
    return body


@pytest.mark.parametrize("name", ["clientId", "documentIds", "previousDocumentId", "taxId"])
async def test_a_document_learns_nothing_of_a_strangers(world: World, name: str) -> None:
    alice, bob, mark = await world.actor(), await world.actor("bob"), f"Mark {secrets.token_hex(8)}"
    client = {"name": mark, "country": "Belgium"}
    made = await world.invoice(alice, await world.organization(alice, name=mark), note=mark, _documentClient=client)
    tax = made["_documentItems"][0]["_documentItemTaxes"][0]
    hers = {"clientId": made["clientId"], "taxId": tax["taxId"]}.get(name, made["id"])
    nothing = ids.new(ids.shard_of(hers))
    path = f"/Organizations/{(await world.organization(bob))['id']}/Documents"
    real, unreal = await bob.post(path, referring(name, hers)), await bob.post(path, referring(name, nothing))
    assert real.status_code == unreal.status_code
    assert mark not in real.text
    if real.status_code != 200:
        assert without(real.text, {"id": hers}) == without(unreal.text, {"id": nothing})


async def test_public_links_show_one_document_only(world: World, document: dict[str, Any]) -> None:
    alice, bob, mark = await world.actor(), await world.actor("bob"), f"Mark {secrets.token_hex(8)}"
    hers, his = await belongings(world, alice, note="Hers"), await belongings(world, bob, note=mark)
    public = [operation for operation in operations(document) if operation.is_public]
    linked = 0
    for operation in public:
        nothing = strange(hers)
        real = await ask(world, operation, fill(operation.path, hers), None, **arguments(operation))
        assert mark not in real.text, operation.id
        assert not [value for value in his.values() if value in real.text], operation.id
        if not operation.in_path:
            continue
        signed = await ask(world, operation, fill(operation.path, hers), bob.token, **arguments(operation))
        assert signed.content == real.content, operation.id
        for guess in (nothing, {**hers, **dict.fromkeys(operation.in_path, hers["document_id"])}):
            refused = await ask(world, operation, fill(operation.path, guess), bob.token, **arguments(operation))
            assert refused.status_code in (401, 404), operation.id
        linked += 1
    assert linked >= 2


async def test_what_a_link_shows_is_its_document(world: World) -> None:
    alice = await world.actor()
    hers = await belongings(world, alice)
    shown = (await world.http.get(f"/Documents/public/{hers['link']}")).json()
    assert shown["id"] == hers["document_id"]
    assert shown["organizationId"] == hers["organization_id"]


async def test_a_child_is_no_stranger_but_a_sibling_is(world: World) -> None:
    root = await world.actor("root")
    child: Actor = await world.actor("child", by=root)
    sibling = await world.actor("sibling", by=root)
    its = await belongings(world, child)
    for path in (f"/Organizations/{its['organization_id']}", f"/Documents/{its['document_id']}"):
        assert (await root.get(path)).status_code == 200
        assert (await sibling.get(path)).status_code == 401
    assert (await child.get(f"/Accounts/{root.id}")).status_code == 401
