"""Paths in any case: literal words match however they are written, ids and links are left as they are."""

from typing import Any

import pytest

from billhook.web import AnyCase

PATHS = [
    "/",
    "/live",
    "/v1/Organizations/{organization_id:str}",
    "/v1/Organizations/{organization_id:str}/Documents",
    "/v1/Organizations/{organization_id:str}/Documents/count",
    "/v1/Documents/{document_id:str}",
    "/v1/Documents/{document_id:str}/pdf",
    "/v1/Documents/public/{link:str}",
    "/v1/Accounts/login",
    "/v1/Accounts/{account_id:str}",
    "/v1/Accounts/{account_id:str}/accessTokens/{fk:str}",
]

CASES = [
    ("/", "/"),
    ("/LIVE", "/live"),
    ("/v1/organizations/AbC/documents", "/v1/Organizations/AbC/Documents"),
    ("/V1/ORGANIZATIONS/AbC/DOCUMENTS/COUNT", "/v1/Organizations/AbC/Documents/count"),
    ("/v1/documents/AbC/PDF", "/v1/Documents/AbC/pdf"),
    ("/v1/documents/PUBLIC/XyZ", "/v1/Documents/public/XyZ"),
    ("/v1/documents/public", "/v1/Documents/public"),
    ("/v1/ACCOUNTS/Login", "/v1/Accounts/login"),
    ("/v1/accounts/LOGINS", "/v1/Accounts/LOGINS"),
    ("/v1/accounts/A/ACCESSTOKENS/ToKeN-_", "/v1/Accounts/A/accessTokens/ToKeN-_"),
    ("/v1/Accounts/A/", "/v1/Accounts/A"),
    ("/v1/documents/é/pdf", "/v1/Documents/é/pdf"),
    ("/v1/Nothing/Here", "/v1/Nothing/Here"),
    ("/v1/documents/A/nothing/Here", "/v1/documents/A/nothing/Here"),
    ("/v1/documents/{document_id}/pdf", "/v1/Documents/{document_id}/pdf"),
    ("//", "//"),
]


@pytest.mark.parametrize(("written", "declared"), CASES)
def test_writes_words_as_they_were_declared(written: str, declared: str) -> None:
    assert AnyCase(nowhere, PATHS).canonical(written) == declared


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


async def test_passes_a_request_on_with_its_path_rewritten() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    scope: Any = {
        "type": "http",
        "path": "/v1/documents/Ab/PDF",
        "raw_path": b"/v1/documents/Ab/PDF",
        "query_string": b"a=B",
    }
    await AnyCase(app, PATHS)(scope, None, None)  # type: ignore[arg-type]
    assert (seen["path"], seen["raw_path"]) == ("/v1/Documents/Ab/pdf", b"/v1/Documents/Ab/pdf")
    assert seen["query_string"] == b"a=B"


async def test_leaves_other_scopes_alone() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    lifespan: Any = {"type": "lifespan"}
    await AnyCase(app, PATHS)(lifespan, None, None)  # type: ignore[arg-type]
    assert seen == [{"type": "lifespan"}]
