"""Whatever is sent to whatever operation: never a 5xx, and always an answer that the OpenAPI document describes."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.conftest import create_database
from tests.contract.belongings import Parameters, belongings
from tests.contract.described import operations
from tests.world import World

from billhook.app import Application, Server, bind
from billhook.db import Database
from billhook.documents import Press
from billhook.kernel.time import MovableClock
from billhook.settings import load

SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20260430"))
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "12"))
"""Examples of each kind, fitting and not fitting the document, for each operation."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUIET = list(HealthCheck)


@pytest.fixture(scope="module")
async def apart(worker_name: str) -> AsyncIterator[World]:
    """A server on a database of its own: thousands of failed logins should trouble nobody else."""
    url = await create_database(f"fuzz_{worker_name}")
    clock = MovableClock()
    database, press, sock = Database(url, connections=8, clock=clock), Press(), bind("127.0.0.1", 0)
    await database.connect()
    base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    settings = load({"BILLHOOK_DATABASE_URL": url, "BILLHOOK_LOGIN_ATTEMPTS": "1000"})
    application = Application(settings, database, press, public_url=base_url)
    server = Server(application.asgi, sock)
    await server.start()
    async with World(base_url, database, clock) as world:
        yield world
    await server.stop()
    await application.close()
    await press.close()
    await database.close()


def checks_for(case: Any) -> list[Any]:
    """An answer of which only some `fields` are wanted lacks the others, required ones too."""
    is_part = "fields" in str((case.query or {}).get("filter", ""))
    return [check for check in CHECKS if not (is_part and check is response_schema_conformance)]


def attack(operation: Any, base_url: str, token: str, parameters: Parameters, mode: GenerationMode) -> list[str]:
    """Send examples to one operation from a thread of our own; return what its answers did wrong."""
    names = [parameter.name for parameter in operation.path_parameters]
    known = {name: parameters[name] for name in names}
    wrong: list[str] = []

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=QUIET
    )
    @hypothesis.given(case=operation.as_strategy(mode, path_parameters=known))
    def send(case: Any) -> None:
        with requests.Session() as session:
            answer = case.call(base_url=base_url, session=session, headers={"Authorization": token}, timeout=30)
        try:
            case.validate_response(answer, checks=checks_for(case))
        except BaseExceptionGroup as failures:
            wrong.extend(f"{operation.label} {answer.status_code}: {failure}" for failure in failures.exceptions)
            wrong.append(f"{case.as_curl_command(headers={'Authorization': token})[:2000]}\n{answer.text[:500]}")

    send()
    return wrong


def modes_of(operation: Any) -> list[GenerationMode]:
    """An operation without parameters and body cannot be sent anything that does not fit."""
    return list(GenerationMode) if list(operation.query) or list(operation.body) else [GenerationMode.POSITIVE]


async def test_no_input_breaks_the_server_or_its_word(apart: World) -> None:
    print(f"SCHEMATHESIS_SEED={SEED}")  # noqa: T201 - what it takes to repeat a failure
    described = (await apart.http.get(f"{apart.base_url}/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(described)
    wrong, attacked = [], 0
    for found in schema.get_all_operations():
        operation, alice = found.ok(), await apart.actor()
        own = await belongings(apart, alice)
        for mode in modes_of(operation):
            wrong += await asyncio.to_thread(attack, operation, apart.base_url, alice.token, own, mode)
        attacked += 1
    assert attacked == len(operations(described))
    assert wrong == [], "\n".join(wrong)
