"""Calls of the public API, as any client makes them."""

import asyncio
import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from billhook.cli.problems import CallRefused, NothingAnswers, NotReady

_TIMEOUT_SECONDS = 30
_PAUSE_SECONDS = 0.02


class Caller:
    """Somebody who calls the API at `base_url`; `token` is the access token, once there is one. Blocks."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Make one call; return the status and what the JSON holds. Raises NothingAnswers."""
        origin = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if origin.scheme == "https" else http.client.HTTPConnection
        connection = kind(origin.hostname or "", origin.port, timeout=_TIMEOUT_SECONDS)
        headers = {"content-type": "application/json"} | ({"authorization": self.token} if self.token else {})
        try:
            connection.request(method, origin.path + path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NothingAnswers(url=self.base_url, reason=str(error) or type(error).__name__) from None
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call that has to succeed; return what it answers. Raises CallRefused, NothingAnswers."""
        status, answer = self.ask(method, path, body)
        if status >= 300:
            error = answer.get("error", {}) if isinstance(answer, dict) else {}
            raise CallRefused(method=method, path=path, status=status, reason=error.get("message", "no reason given"))
        return answer


async def until_ready(base_url: str, seconds: int) -> None:
    """Return when `/ready` answers 200. Raises NotReady after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        status, reason = await asyncio.to_thread(_look, base_url)
        if status == 200:
            return
        if time.monotonic() > deadline:
            raise NotReady(seconds=seconds, reason=reason)
        await asyncio.sleep(_PAUSE_SECONDS)


def _look(base_url: str) -> tuple[int, str]:
    try:
        status, answer = Caller(base_url).ask("GET", "/ready")
    except NothingAnswers as problem:
        return 0, problem.message
    return status, f"{status} {json.dumps(answer)}"
