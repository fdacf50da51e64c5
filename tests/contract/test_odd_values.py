"""One odd value in an otherwise good call, in every field of every body and every parameter: refused, or taken, never a bug.

Random bodies seldom get past the first check; these get as far as the value does.
"""

import asyncio
import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

from tests.contract.belongings import Parameters, belongings, fill
from tests.contract.described import Judge, Operation, operations
from tests.world import PASSWORD, Actor, World

from billhook.accounts.columns import CHILDREN, TOKENS
from billhook.catalog.columns import ITEMS, TAXES
from billhook.categories.columns import CATEGORIES, SHARES
from billhook.clients.columns import CLIENTS
from billhook.documents.columns import COLUMNS as DOCUMENTS
from billhook.organizations.columns import ACCESS
from billhook.organizations.columns import REACHABLE as ORGANIZATIONS
from billhook.payments.columns import ENTRIES, PAYMENTS
from billhook.processing.columns import INTENTS, TRANSACTIONS
from billhook.recurring.columns import RECURRENCES
from billhook.units.columns import UNITS
from billhook.usage.columns import MONTHS, REQUESTS
from billhook.web import Columns
from billhook.webhooks.columns import WEBHOOKS

TEXTS = [
    "", " ", "\x00", "\x1b\x7f", "a\u202eb\u200d", "😀" * 40, "x" * 70_000, "'; drop table documents.document; --",
    "{{7*7}} [document number] %s %(x)s", "NaN", "Infinity", "-1", "1e400", "٣", "true", "null", "[]", "{}",
    "2026-02-30", "0001-01-01", "9999-12-31T23:59:59.999Z", "1900-01-01", "9000-12-31T23:59:59Z",
    "2026-04-30T06:14:03+14:00", "2026-13-01", "invoice", "credit-note", "estimate", "XXX", "JPY", "KWD",
    "0" * 24, "f" * 24, "g" * 24, "../../etc/passwd", "http://[::1", "a@b", "#%&/?",
]  # fmt: skip
OTHERS = [
    None, True, False, 0, 1, -1, 0.1, 2, 3650, 10**6, 10**9, 10**15, 10**17, -(10**17), 2**31, 2**63, 10**30, 10**31, 10**400,
    1e-9, 1e-30, 99999999.999999999, [], {}, [None], [[]], {"a": "\x00"}, {"": {}}, ["x"] * 200,
]  # fmt: skip
RAW = ["1e400", "-1E-400", "1e30", "123.4567890123456789012345678901234567890", "-0", "-0.0", '"\\ud800"', '"\\udc00x"']
"""Values that a JSON library would not write: they are put into the text."""
MARK = "«raw»"
SEED = int(os.environ.get("ODD_VALUES_SEED", "20260430"))
SAMPLE = int(os.environ.get("ODD_VALUES_SAMPLE", "8"))
"""Values tried in each place; 100 tries them all, which takes minutes."""


def places(judge: Judge, schema: dict[str, Any], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every field of a schema, those of nested objects and of the first element of lists included."""
    schema = judge.resolve(schema)
    for option in [*schema.get("anyOf", []), *schema.get("allOf", [])]:
        yield from places(judge, option, path)
    for name, field in schema.get("properties", {}).items():
        yield (*path, name)
        yield from places(judge, field, (*path, name))
    if "items" in schema:
        yield (*path, 0)
        yield from places(judge, schema["items"], (*path, 0))


def put(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of a body with a value in a place, which is made where the body lacks it."""
    if not path:
        return copy.deepcopy(value)
    head, *rest = path
    if isinstance(head, int):
        kept = body if isinstance(body, list) and body else [{}]
        return [put(kept[0], tuple(rest), value), *kept[1:]]
    kept = body if isinstance(body, dict) else {}
    return {**kept, head: put(kept.get(head), tuple(rest), value)}


def some(values: list[Any], at: Any) -> list[Any]:
    """A sample of some values, another one for each place, the same one for each run with a seed."""
    return random.Random(f"{SEED} {at}").sample(values, min(SAMPLE, len(values)))


def bodies_of(body: Any, path: tuple[Any, ...], operation_id: str) -> Iterator[tuple[str, str]]:
    """Some odd values in one place of a body: what it is, and the body as it is sent."""
    raw_ones = [(MARK, raw) for raw in RAW]
    for value, raw in some([*((value, "") for value in [*TEXTS, *OTHERS]), *raw_ones], (operation_id, path)):
        text = json.dumps(put(body, path, value))
        yield f"{path} = {raw or repr(value)}"[:300], text.replace(json.dumps(MARK), raw) if raw else text


class Attacker:
    """Sends and judges, some calls at a time."""

    def __init__(self, world: World, judge: Judge) -> None:
        self.world = world
        self.judge = judge
        self.at_once = asyncio.Semaphore(8)
        self.sent = 0
        self.wrong: list[str] = []

    async def send(self, what: str, operation: Operation, path: str, token: str, **sent: Any) -> None:
        headers = {"Authorization": token, "content-type": "application/json"}
        async with self.at_once:
            answer = await self.world.http.request(
                operation.method, f"{self.world.base_url}{path}", headers=headers, **sent
            )
        self.sent += 1
        kind = answer.headers.get("content-type", "")
        faults = self.judge.faults(operation.id, answer.status_code, kind, answer.content)
        if faults or answer.status_code in (500, 503):
            self.wrong.append(f"{operation.id} {what} → {answer.status_code} {faults} {answer.text[:300]}")


def good_body(operation: Operation, actor: Actor) -> Any:
    known = {"email": actor.account["email"], "password": PASSWORD, "oldPassword": PASSWORD}
    return operation.body | {name: value for name, value in known.items() if name in operation.body}


async def test_no_odd_value_in_a_body(world: World, document: dict[str, Any]) -> None:
    print(f"ODD_VALUES_SEED={SEED}")  # noqa: T201 - what it takes to repeat a failure
    judge = Judge(document)
    attacker = Attacker(world, judge)
    for operation in operations(document):
        if operation.body is None or operation.id in ("accountsSignUp", "accountsLogin", "accountsReset"):
            continue
        alice = await world.actor()
        own = await belongings(world, alice, draft=operation.id.startswith("documents") and operation.method != "post")
        content = operation.about["requestBody"]["content"]["application/json"]
        body = good_body(operation, alice)
        async with asyncio.TaskGroup() as group:
            for path in places(judge, content["schema"]):
                for what, text in bodies_of(body, path, operation.id):
                    address = fill(operation.path, own)
                    group.create_task(attacker.send(what, operation, address, alice.token, content=text))
    assert attacker.wrong == [], "\n".join(attacker.wrong)
    assert attacker.sent > 800


async def test_no_odd_value_in_the_query(world: World, document: dict[str, Any]) -> None:
    attacker = Attacker(world, Judge(document))
    alice = await world.actor()
    own = await belongings(world, alice)
    async with asyncio.TaskGroup() as group:
        for operation in operations(document):
            names = [p["name"] for p in operation.about["parameters"] if p["in"] == "query"]
            reads = operation.method == "get" and not operation.id.startswith("accountsSend")
            for name in names if reads else []:
                for text in some(TEXTS, (operation.id, name)):
                    if len(text) < 1_000:
                        sent = {"params": operation.query | {name: text}}
                        address, what = fill(operation.path, own), f"{name} = {text!r}"
                        group.create_task(attacker.send(what, operation, address, alice.token, **sent))
    assert attacker.wrong == [], "\n".join(attacker.wrong)
    assert attacker.sent > 160


def filters(columns: Columns) -> Iterator[dict[str, Any]]:
    """Every column with odd values, by value, by order and by pattern."""
    for name in columns:
        yield {"order": f"{name} DESC", "where": {name: None}}
        for value in some([*TEXTS, *OTHERS], name):
            if len(str(value)) < 1_000:
                yield {"where": {name: value}}
        for pattern in ("(", "[", "a{1,99999}", "\\", "%_%", "(?<x>a)", "*"):
            yield {"where": {name: {"regexp": pattern}}}
            yield {"where": {name: {"like": pattern}}}
        yield {"where": {name: {"between": ["", "z"]}}}
        yield {"where": {name: {"inq": ["", None, 1, True, "2026-01-01"]}}}


async def test_no_odd_value_in_a_filter(world: World, document: dict[str, Any]) -> None:
    judge = Judge(document)
    attacker = Attacker(world, judge)
    alice = await world.actor()
    own: Parameters = await belongings(world, alice)
    known = {
        "documentsPage": DOCUMENTS,
        "clientsPage": CLIENTS,
        "itemsPage": ITEMS,
        "taxesPage": TAXES,
        "organizationsOfAccount": ORGANIZATIONS,
        "accountsListChildren": CHILDREN,
        "accessTokensListTokens": TOKENS,
        "accessOfAccount": ACCESS,
        "accessPage": ACCESS,
        "categoriesPage": CATEGORIES,
        "categoriesPageOfShares": SHARES,
        "journalOfDocument": ENTRIES,
        "journalOfOrganization": ENTRIES,
        "paymentIntentsMoved": TRANSACTIONS,
        "paymentIntentsMovedFor": TRANSACTIONS,
        "paymentIntentsPage": INTENTS,
        "paymentsOfDocument": PAYMENTS,
        "paymentsPage": PAYMENTS,
        "recurrencesPage": RECURRENCES,
        "settingsPage": {},
        "unitsPage": UNITS,
        "usageLogs": REQUESTS,
        "usageUsages": MONTHS,
        "webhooksPage": WEBHOOKS,
    }
    filtered = {o.id for o in operations(document) if "filter" in {p["name"] for p in o.about["parameters"]}}
    assert set(known) <= filtered
    lists = {name: known.get(name, {}) for name in sorted(filtered) if not name.endswith("Read")}
    async with asyncio.TaskGroup() as group:
        for operation_id, columns in lists.items():
            operation = judge.operations[operation_id]
            for asked in filters(columns):
                sent = {"params": {"filter": json.dumps(asked)}}
                address = fill(operation.path, own)
                group.create_task(attacker.send(str(asked), operation, address, alice.token, **sent))
    assert attacker.wrong == [], "\n".join(attacker.wrong[:40])
    assert attacker.sent > 640
