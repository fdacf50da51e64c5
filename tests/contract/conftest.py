"""What the contract tests share: the document that the running server describes itself with, and the database under it."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest


@pytest.fixture(scope="session")
async def document(base_url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.get(f"{base_url}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
