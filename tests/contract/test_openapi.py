"""The OpenAPI document: complete, valid, stable, and kept to by what the server answers."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from tests.contract.belongings import belongings, fill, upload_for
from tests.contract.described import Judge, Operation, operations
from tests.world import PASSWORD, Actor, World

from billhook.app import Application
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings

PUBLISHED = Path(__file__).parent / "operation_ids.txt"


def test_says_what_it_is(document: dict[str, Any], base_url: str) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"][0]["url"] == base_url
    assert document["info"]["title"] == "Billhook"


def test_covers_every_route_of_the_api(settings: Settings, database: Database, document: dict[str, Any]) -> None:
    application = Application(settings, database, Press(), public_url="http://localhost")
    routed = {
        (route.path_format, method.lower())
        for route in application.litestar.routes
        for handler in getattr(route, "route_handlers", [])
        for method in handler.http_methods
        if route.path.startswith("/v1/") and method != "OPTIONS"
    }
    described = {(operation.path, operation.method) for operation in operations(document)}
    assert len(routed) > 50
    assert routed - described == set()


def test_describes_each_operation_in_words(document: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for operation in operations(document):
        assert operation.about["summary"], operation.id
        assert operation.about["description"], operation.id
        for parameter in operation.about["parameters"]:
            assert parameter.get("description"), (operation.id, parameter["name"])
        assert tags[operation.about["tags"][0]]
    ids = [operation.id for operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_names_the_refusals_of_each_operation(document: dict[str, Any]) -> None:
    for operation in operations(document):
        if operation.in_path or not operation.is_public:
            assert {"400", "401", "404", "422", "429"} <= set(operation.about["responses"]), operation.id


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    judge = Judge(document)

    def walk(node: Any) -> int:
        if isinstance(node, list):
            return sum(walk(part) for part in node)
        if not isinstance(node, dict):
            return 0
        if isinstance(node.get("$ref"), str):
            assert judge.resolve(node)
            return 1
        return sum(walk(part) for part in node.values())

    assert walk(document) > 100


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema.get("description"), name


def test_amounts_are_numbers_and_instants_are_dates(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["Document"]["properties"]
    assert fields["totalWithTax"]["type"] == "number"
    assert fields["createdAt"]["format"] == "date-time"
    said = document["components"]["schemas"]["DocumentItemIn"]["properties"]
    assert said["price"]["type"] == ["number", "null"]
    text = json.dumps(document["components"]["schemas"])
    assert '"decimal"' not in text


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    judge, checked = Judge(document), 0
    for operation in operations(document):
        contents = [operation.about.get("requestBody", {}).get("content", {})]
        contents += [judge.resolve(answer).get("content", {}) for answer in operation.about["responses"].values()]
        for content in contents:
            for media in content.values():
                if "example" in media:
                    judge.validator(media["schema"]).validate(media["example"])
                    checked += 1
    assert checked > 30


def test_operations_keep_their_names(document: dict[str, Any]) -> None:
    """Clients are generated from these names; they may be added to, not changed."""
    now = {f"{operation.id} {operation.method} {operation.path}" for operation in operations(document)}
    published = set(PUBLISHED.read_text("utf-8").split("\n")) - {""}
    assert published - now == set()


async def test_is_made_once(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.base_url) as http:
        first, second = await http.get("/openapi.json"), await http.get("/OpenAPI.json")
    assert first.content == second.content


def arguments(operation: Operation, actor: Actor) -> dict[str, Any]:
    """What an example of the document sends, with an address and a password that are good."""
    body = operation.body
    if isinstance(body, dict):
        good = {"email": actor.account["email"], "password": PASSWORD, "oldPassword": PASSWORD}
        if operation.id in ("accountsSignUp", "accessInvite"):
            good["email"] = f"another-{actor.account['email']}"
        body |= {name: value for name, value in good.items() if name in body}
    sent: dict[str, Any] = {"params": operation.query}
    if "multipart/form-data" in operation.about.get("requestBody", {}).get("content", {}):
        sent["files"] = upload_for(operation.about)
    elif body is not None:
        sent["json"] = body
    return sent


ON_DRAFTS = {"documentsReplace", "documentsReplaceByPost", "documentsRemove", "documentsIssue"}
ON_ESTIMATES = {f"documentLife{verb}" for verb in ("Accept", "Reject", "PublicAccept", "PublicReject", "Convert")}
NOT_ALONE = {
    "accessAccept": "is for who was invited",
    "accessReject": "is for who was invited",
    "accessTokensImpersonate": "needs a child account",
    "accountsConfirm": "needs the token of a mail",
    "accountsResetPassword": "needs the token of a mail",
    "calculationCalculateFor": "needs the id of an organization in its query",
    "transferPdfs": "needs ids of documents",
    "paymentIntentsCharge": "needs a payment intent that was paid",
    "paymentMethodsCreate": "needs a payment intent that was paid",
    "paymentMethodsRemove": "needs a payment method that is kept",
    "paymentIntentsRefund": "needs a payment that was collected online",
    "paymentProcessingEnable": "is set up already",
    "paymentProcessingTakeNotice": "needs the signature of a payment provider",
    "stripeConnectEnable": "is set up already",
    "stripeConnectOfDocument": "needs an organization that Stripe lets charge",
    "stripeConnectTakeNotice": "needs the signature of Stripe",
    "stripeConnectTakeOperatorNotice": "needs the signature of Stripe",
}
"""Operations whose examples are refused here, and why."""


async def test_answers_are_as_described(world: World, document: dict[str, Any]) -> None:
    judge, faults, good = Judge(document), [], set()
    for operation in operations(document):
        alice = await world.actor()
        made = "estimate" if operation.id in ON_ESTIMATES else "invoice"
        own = await belongings(world, alice, type=made, draft=operation.id in ON_DRAFTS)
        response = await world.http.request(
            operation.method,
            f"{world.base_url}{fill(operation.path, own | {'link': own.get('link', '')})}",
            headers={"Authorization": alice.token},
            **arguments(operation, alice),
        )
        content_type = response.headers.get("content-type", "")
        faults += judge.faults(operation.id, response.status_code, content_type, response.content)
        if response.status_code < 400:
            good.add(operation.id)
    assert faults == []
    assert {operation.id for operation in operations(document)} - good == set(NOT_ALONE)


@pytest.mark.parametrize("include", ["payments", "organization", "referencedDocuments", "referringDocuments"])
async def test_included_objects_are_as_described(world: World, document: dict[str, Any], include: str) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    await world.invoice(alice, organization, payments=[{"type": "card", "amount": 0.5}])
    answer = await alice.get(f"/Organizations/{organization['id']}/documents", params={"filter[include]": include})
    assert include in answer.json()[0]
    assert Judge(document).faults("documentsPage", 200, answer.headers["content-type"], answer.content) == []
