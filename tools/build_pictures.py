"""Make the pictures of the guide to online payments: an installation of its own, played through in a Chromium.

Run it when a page has changed its looks: `.venv/bin/python tools/build_pictures.py` (Chromium: installed, or named in
`CHROMIUM`). Everything that is seen is made up; the installation is thrown away afterwards.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CREDENTIALS = {"email": "you@example.com", "password": "a long one, drawn by chance"}
SIZE = {"width": 880, "height": 620}
START_SECONDS = 120


@contextmanager
def installation() -> Iterator[str]:
    """Start Billhook on a free port, with a database of its own; yield its address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="billhook-pictures-") as folder:
        Path(folder).chmod(0o755)
        command = [str(Path(sys.executable).parent / "billhook"), "serve", "--no-demo", "--port", str(port)]
        environment = {**os.environ, "BILLHOOK_DATA_DIR": f"{folder}/var"}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(address)
            yield address
        finally:
            process.terminate()
            process.wait(60)


def _wait(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{address}/ready").raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def prepare(address: str) -> tuple[dict[str, Any], str]:
    """Make an account, an organization and a shared invoice; return the organization and the invoice's path."""
    with httpx.Client(base_url=f"{address}/v1", timeout=60) as http:

        def post(path: str, body: Any = None) -> Any:
            return http.post(path, json=body).raise_for_status().json()

        account = post("/Accounts", CREDENTIALS)
        http.headers["authorization"] = post("/Accounts/login", CREDENTIALS)["id"]
        about = {
            "name": "Rocket Rentals",
            "address": "Rue du Quai 1",
            "city": "Brussels",
            "zip": "1000",
            "locale": "en",
        }
        organization = post(f"/Accounts/{account['id']}/Organizations", about | {"country": "Belgium"})
        item = {"name": "Space suit, one week", "price": 100, "_documentItemTaxes": [{"rate": 21}]}
        client = {"name": "Ann Example", "country": "Belgium"}
        body = {"type": "invoice", "_documentClient": client, "_documentItems": [item]}
        invoice = post(f"/Organizations/{organization['id']}/Documents", body)
        shared = post(f"/Documents/{invoice['id']}/share")
        return organization, f"/i/{shared['shareableId']}"


async def play(page: Page, organization: dict[str, Any], invoice: str) -> None:
    """Go the guide's way, and take the pictures on it."""
    await page.goto("/dashboard")
    await page.get_by_label("Email address").fill(CREDENTIALS["email"])
    await page.get_by_label("Password").fill(CREDENTIALS["password"])
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Payment Processing").click()
    await page.get_by_role("link", name="Set up").click()
    await take(page, "online-set-up")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="Open Form").click()
    for label, text in (
        ("Legal name", "Rocket Rentals"),
        ("Website", "https://example.com"),
        ("Country", "Belgium"),
        ("Contact person", "Ann Example"),
    ):
        await page.get_by_label(label).fill(text)
    await page.get_by_label("What I say here is true.").check()
    await page.get_by_role("button", name="Send, to be approved").click()
    own = f"/dashboard/organizations/{organization['id']}/payment-processing"
    await page.goto(own)
    await page.get_by_role("button", name="Start onboarding").click()
    await page.get_by_label("I agree to the terms of the sandbox.").check()
    await page.get_by_role("button", name="Send, to be approved").click()
    await page.get_by_role("link", name="Go on").click()
    await take(page, "online-enabled")
    await page.goto(invoice)
    await take(page, "online-invoice")
    await page.get_by_role("button", name="Pay now").click()
    await page.get_by_label("Card number").fill("4242 4242 4242 4242")
    await page.get_by_label("Expiry").fill("12/40")
    await page.get_by_label("Security code").fill("123")
    await take(page, "online-card")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Thank you").wait_for()
    await take(page, "online-paid")


async def take(page: Page, name: str) -> None:
    """Keep what is seen as `docs/images/NAME.png`."""
    await page.get_by_role("heading", level=1).wait_for()
    await page.screenshot(path=IMAGES / f"{name}.png")


async def main() -> None:
    """Make all pictures anew."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium is installed; name one in CHROMIUM")
    with installation() as address:
        organization, invoice = prepare(address)
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            context = await chromium.new_context(base_url=address, viewport=SIZE, locale="en-GB")
            await play(await context.new_page(), organization, invoice)
            await chromium.close()


if __name__ == "__main__":
    asyncio.run(main())
