"""What the contract tests of the API share: the document that the running server describes itself with."""

from typing import Any

import httpx
import pytest


@pytest.fixture(scope="session")
async def document(base_url: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{base_url}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found
