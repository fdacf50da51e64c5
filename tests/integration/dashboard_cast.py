"""A browser without a screen: what tests of the dashboard over HTTP share."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.world import PASSWORD, Actor


@pytest.fixture
async def web(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that shows where its forms come from."""
    headers = {"accept": "text/html", "origin": base_url}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=30) as client:
        yield client


async def sign_in(web: httpx.AsyncClient, actor: Actor, password: str = PASSWORD) -> httpx.Response:
    return await web.post("/sign-in", data={"email": actor.account["email"], "password": password})


def led_to(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def shows(answer: httpx.Response, *texts: str) -> str:
    assert answer.status_code == 200, answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert [text for text in texts if text not in answer.text] == []
    return answer.text
