"""Ids that a stranger puts into bodies and queries: wherever one fits, another tenant's is like one that never was."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import asyncpg
from tests.contract.belongings import belongings, collected, fill, strange
from tests.contract.described import Judge, Operation, operations
from tests.contract.test_odd_values import places, put
from tests.contract.test_strangers import ask, dump, without
from tests.world import World

NAMED = {
    "accountId": "account_id",
    "advanceIds": "document_id",
    "categoryId": "category_id",
    "clientId": "client_id",
    "documentId": "document_id",
    "documentIds": "document_id",
    "excludedAttachmentIds": "attachment_id",
    "ids": "document_id",
    "ignoreId": "document_id",
    "initialPaymentIntentId": "initial_intent_id",
    "itemId": "item_id",
    "organizationId": "organization_id",
    "paymentIntentId": "initial_intent_id",
    "previousDocumentId": "document_id",
    "purchaseTaxIds": "tax_id",
    "taxId": "tax_id",
    "taxIds": "tax_id",
    "unitId": "unit_id",
    "unitIds": "unit_id",
}
"""What a field or parameter that ends in Id names, by what the cast owns."""
ANY = "document_id"
"""What a name that is not listed is tried with."""
NO_IDS_OF_OURS = {"currencyId", "transactionId", "uniqueId", "companyId", "billingOrganizationId"}
SAID_AS_TEXT = {"ids"}
ONCE = {"SKU"}
"""What must be said once only; each call here is made twice."""


def ends_in_id(name: Any) -> bool:
    return str(name).endswith(("Id", "Ids")) or name == "ids"


def sayings(judge: Judge, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Every name of an id in an operation's query and body: the name, and how the call looks that says one."""
    for parameter in operation.about["parameters"]:
        name = parameter["name"]
        if parameter["in"] == "query" and ends_in_id(name) and name not in NO_IDS_OF_OURS:
            yield (
                name,
                lambda value, name=name: {
                    "params": operation.query | {name: json.dumps([value]) if name in SAID_AS_TEXT else value},
                    "json": operation.body,
                },
            )
    if operation.body is None:
        return
    body = {key: value for key, value in operation.body.items() if key not in ONCE}
    schema = operation.about["requestBody"]["content"]["application/json"]["schema"]
    for path in places(judge, schema):
        if ends_in_id(path[-1]) and path[-1] not in NO_IDS_OF_OURS:
            several = str(path[-1]).endswith("Ids")
            yield (
                str(path[-1]),
                lambda value, path=path, several=several: {
                    "params": operation.query,
                    "json": put(body, path, [value] if several else value),
                },
            )


async def test_a_strangers_id_is_like_one_that_never_was(
    world: World, document: dict[str, Any], owner: "asyncpg.Connection[Any]"
) -> None:
    alice, bob, mark = await world.actor(), await world.actor("bob"), f"Mark {secrets.token_hex(8)}"
    hers = await belongings(
        world, alice, note=mark, _documentClient={"name": mark}, _documentItems=[{"name": mark, "price": 1}]
    )
    hers |= await collected(alice, hers["organization_id"])
    nowhere = strange(hers)
    before = await dump(owner, hers["organization_id"], alice.id)
    judge, walked, told = Judge(document), 0, list[str]()
    for operation in operations(document):
        said = [] if operation.is_public else list(sayings(judge, operation))
        his = await belongings(world, bob, draft=operation.id.startswith("documents")) if said else {}
        for name, saying in said:
            path = fill(operation.path, his)
            real, unreal = [
                await ask(world, operation, path, bob.token, **saying(ids[NAMED.get(name, ANY)]))
                for ids in (hers, nowhere)
            ]
            alike = real.status_code < 400 or without(real.text, hers) == without(unreal.text, nowhere)
            if mark in real.text or real.status_code != unreal.status_code or not alike:
                told.append(
                    f"{operation.id} {name}: {real.status_code} {real.text}\n{unreal.status_code} {unreal.text}"
                )
            walked += 1
    assert told == [], "\n".join(told)
    assert walked > 60
    assert await dump(owner, hers["organization_id"], alice.id) == before
