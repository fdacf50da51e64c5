"""Somebody who looks at a page with a real browser, and notes whatever a page must not do."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, PHONE, TINY = (1280, 900), (390, 844), (320, 640)


class Visitor:
    """A fresh profile with one tab. What was noted is a fault unless the test expects it."""

    def __init__(self, browser: Browser, origin: str, **options: Any) -> None:
        self.browser = browser
        self.origin = origin
        self.options = options
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.context: BrowserContext
        self.page: Page

    async def __aenter__(self) -> Self:
        width, height = self.options.pop("size", WIDE)
        self.context = await self.browser.new_context(
            base_url=self.origin, viewport={"width": width, "height": height}, **self.options
        )
        self.page = await self.context.new_page()
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.context.on("request", self._on_request)
        self.context.on("requestfailed", self._on_failure)
        self.context.on("response", self._on_response)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.context.close()
        if kind is None:
            assert self.faults == []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.faults.append(f"left the house: {request.url}")

    def _on_failure(self, request: Request) -> None:
        self.faults.append(f"failed: {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    async def open(self, path: str) -> Page:
        """Go to a page and return it when all of it is there."""
        await self.page.goto(path, wait_until="load")
        return self.page

    async def barriers(self) -> list[str]:
        """Return what axe finds on the page: rule, and the elements it found at fault."""
        found = (await Axe().run(self.page)).response["violations"]
        return [f"{rule['id']}: {rule['help']}: {[node['html'] for node in rule['nodes']]}" for rule in found]

    async def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        wider = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wider)
