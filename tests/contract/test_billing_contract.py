"""The billing API on every route there is: described, closed to strangers, and true to its description whatever is sent."""

import asyncio
import os
import secrets
from typing import Any

import httpx
import hypothesis
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.integration.billing_desk import INVOICES, Program, program, uuid
from tests.world import Actor, World

from billhook.app import Application
from billhook.db import Database
from billhook.documents import Press
from billhook.settings import Settings

SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20260430"))
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BODIES: dict[str, Any] = {
    "pay_pay": {"amount": 1, "termsConsent": True},
    "drafts_update": {"invoice": {"internalNote": "Ask first"}},
    "items_update": {"invoiceItem": {"quantity": 3}},
    "credit_notes_update": {"creditNote": {"internalNote": "Told them"}},
    "alt_currencies_update": {"altCurrency": {"exchangeRate": 1.5}},
}
PAID = {"invoices_receipt"}
ON_DRAFTS = {"drafts_update", "drafts_issue", "drafts_remove", "items_update", "items_remove"}


@pytest.fixture(scope="module")
async def document(base_url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=60) as http:
        found: dict[str, Any] = (await http.get(f"{base_url}/billing/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found = [(path, method, about) for path, item in document["paths"].items() for method, about in item.items()]
    assert len(found) >= 32
    return found


async def owned(world: World, actor: Actor, desk: Program, *, draft: bool) -> dict[str, Any]:
    """One of everything that a path, a query or a body can name."""
    organization = await world.organization(actor)
    model = await world.invoice(actor, organization)
    made = await world.invoice(actor, organization, draft=draft, clientId=model["clientId"], _documentClient={})
    first = "2031-01-31"
    agreed = {"name": "Hosting", "type": "month", "dateFirst": first, "numRecurrences": 12}
    recurrence = (await actor.post(f"/Documents/{model['id']}/recurrence", agreed)).json()
    invoice = await desk.invoice(model["id"])
    item = (await desk.invoice(made["id"]))["items"][0]["id"]
    line = {"invoiceItemRef": invoice["items"][0]["id"], "quantity": 1}
    note = {"creditNote": {"invoiceRef": invoice["id"], "lines": [line], "reason": "other"}}
    other = await world.invoice(actor, organization)
    its_line = {"invoiceItemRef": (await desk.invoice(other["id"]))["items"][0]["id"]}
    noted = await desk.post(
        "/billing/credit_notes/v1",
        {"creditNote": {"invoiceRef": uuid(other["id"]), "lines": [its_line], "reason": "other"}},
    )
    paid = await desk.pay(model["id"], {"amount": 1})
    customer = {"companyRef": uuid(model["clientId"])}
    currency = {"currencyCode": "USD", "exchangeRate": 1.25, "locationRef": uuid(organization["id"])}
    alternative = await desk.post("/alt_currencies/v1", {"altCurrency": currency})
    new = {"description": "Desk", "quantity": 1, "unitAmount": 5}
    return {
        "invoice_id": uuid(made["id"]),
        "item_id": item,
        "note_id": noted.json()["creditNote"]["id"],
        "transaction_id": paid.json()["payment"]["transactionRef"],
        "alternative_id": alternative.json()["altCurrency"]["id"],
        "query": {
            "items_upcoming_items": customer,
            "items_upcoming": {"subscriptionRef": uuid(recurrence["id"])},
            "transactions_page": {"locationRef": uuid(organization["id"])},
            "alt_currencies_page": {"locationRef": uuid(organization["id"])},
        },
        "bodies": {
            **BODIES,
            "drafts_create": {"invoice": customer | {"currencyCode": "USD"}, "items": [new]},
            "alt_currencies_create": {"altCurrency": currency | {"currencyCode": "GBP"}},
            "items_create": {"invoiceItem": new | customer},
            "credit_notes_create": note,
            "credit_notes_preview": note,
        },
    }


def filled(path: str, own: dict[str, Any]) -> str:
    for name, value in own.items():
        path = path.replace(f"{{{name}}}", value) if isinstance(value, str) else path
    assert "{" not in path, f"teach `owned` to make what {path} names"
    return path


async def ask(
    desk: Program, operation: tuple[str, str, dict[str, Any]], own: dict[str, Any], **kwargs: Any
) -> httpx.Response:
    path, method, about = operation
    kwargs = {"params": own["query"].get(about["operationId"])} | kwargs
    return await desk.call(method.upper(), filled(path, own), own["bodies"].get(about["operationId"]), **kwargs)


def test_covers_every_route(settings: Settings, database: Database, document: dict[str, Any]) -> None:
    application = Application(settings, database, Press(), public_url="http://localhost")
    routed = {
        (route.path_format, method.lower())
        for route in application.litestar.routes
        for handler in getattr(route, "route_handlers", [])
        for method in handler.http_methods
        if route.path.startswith(("/billing/", "/transactions/", "/alt_currencies/")) and method != "OPTIONS"
    }
    described = {(path, method) for path, method, _ in operations(document)}
    assert routed - described == {("/billing/openapi.json", "get")}


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema.get("description"), name
    names = [about["operationId"] for _, _, about in operations(document)]
    assert len(names) == len(set(names))
    for _, _, about in operations(document):
        assert about["summary"]
        assert about["description"]
        assert about["x-scope"] in ("invoices", "transactions")


async def test_answers_are_as_described(world: World, document: dict[str, Any]) -> None:
    faults, refused = [], []
    for operation in operations(document):
        about = operation[2]
        alice = await world.actor()
        desk = await program(world, alice)
        own = await owned(world, alice, desk, draft=about["operationId"] in ON_DRAFTS)
        if about["operationId"] in PAID:
            await desk.post(f"{INVOICES}/{own['invoice_id']}/pay", {})
        answer = await ask(desk, operation, own)
        described = about["responses"].get(str(answer.status_code))
        if answer.status_code >= 400:
            refused.append(f"{about['operationId']}: {answer.text}")
            continue
        content = (described or {}).get("content", {})
        if "application/json" in content:
            schema = {**content["application/json"]["schema"], "components": document["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            faults += [f"{about['operationId']}: {e.message}" for e in validator.iter_errors(answer.json())]
        elif content:
            assert answer.headers["content-type"] in content
        else:
            assert (answer.status_code, answer.content) == (204, b"")
    assert faults == []
    assert [one.partition(":")[0] for one in refused] == ["drafts_cancel_payment"], refused


async def test_without_credentials_nobody_gets_in(world: World, document: dict[str, Any]) -> None:
    alice = await world.actor()
    desk = await program(world, alice)
    own = await owned(world, alice, desk, draft=False)
    for operation in operations(document):
        for headers in ({}, {"Authorization": alice.token}, {"Authorization": f"Bearer {secrets.token_urlsafe(48)}"}):
            path = f"{world.base_url}{filled(operation[0], own)}"
            answer = await world.http.request(operation[1].upper(), path, headers=headers)
            assert (operation[2]["operationId"], answer.status_code) == (operation[2]["operationId"], 401)
            assert set(answer.json()) == {"message", "type"}


async def test_a_stranger_finds_nothing_and_changes_nothing(world: World, document: dict[str, Any]) -> None:
    alice, bob, root = await world.actor(), await world.actor("bob"), await world.actor("root")
    hers = await program(world, alice)
    strangers = [await program(world, bob), await program(world, await world.actor("child", by=root))]
    own = await owned(world, alice, hers, draft=True)
    before = [(await hers.get(path)).json() for path in (INVOICES, f"{INVOICES}/items", "/billing/credit_notes/v1")]
    for stranger in strangers:
        for operation in operations(document):
            about = operation[2]
            answer = await ask(stranger, operation, own)
            if "{" in operation[0] or about["operationId"] in own["query"] or about["operationId"] in own["bodies"]:
                assert (about["operationId"], answer.status_code) == (about["operationId"], 404), answer.text
            else:
                assert (about["operationId"], answer.status_code) == (about["operationId"], 200)
                assert not [value for value in own.values() if isinstance(value, str) and value in answer.text]
    after = [(await hers.get(path)).json() for path in (INVOICES, f"{INVOICES}/items", "/billing/credit_notes/v1")]
    assert after == before


def attack(
    operation: Any, base_url: str, auth: tuple[str, str], known: dict[str, str], mode: GenerationMode
) -> list[str]:
    wrong: list[str] = []

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(mode, path_parameters=known))
    def send(case: Any) -> None:
        case.headers.pop("spacebring-network-id", None)
        with requests.Session() as session:
            answer = case.call(base_url=base_url, session=session, auth=auth, timeout=30)
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseExceptionGroup as failures:
            wrong.extend(f"{operation.label} {answer.status_code}: {failure}" for failure in failures.exceptions)
            wrong.append(f"{case.as_curl_command()[:2000]}\n{answer.text[:500]}")

    send()
    return wrong


async def test_no_input_breaks_the_server_or_its_word(world: World, document: dict[str, Any]) -> None:
    print(f"SCHEMATHESIS_SEED={SEED}")  # noqa: T201 - what it takes to repeat a failure
    schema = schemathesis.openapi.from_dict(document)
    alice = await world.actor()
    desk = await program(world, alice)
    wrong: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        own = await owned(world, alice, desk, draft=True)
        known = {name: own[name] for name in ("invoice_id", "item_id", "note_id", "transaction_id", "alternative_id")}
        known = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
        has_input = bool(list(operation.query) or list(operation.body))
        for mode in list(GenerationMode) if has_input else [GenerationMode.POSITIVE]:
            wrong += await asyncio.to_thread(attack, operation, world.base_url, desk.auth, known, mode)
    assert wrong == [], "\n".join(wrong)
