"""Where a browser may be led with a code: nowhere that anybody could listen, nowhere that reads as something else."""

import pytest

from billhook.credentials.model import may_be_led_to


@pytest.mark.parametrize(
    "uri",
    [
        "https://planner.example/back",
        "https://planner.example:8443/back?a=b;c",
        "http://localhost:5000/back",
        "http://127.0.0.1/back",
        "http://[::1]:5000/back",
    ],
)
def test_a_browser_may_be_led_there(uri: str) -> None:
    assert may_be_led_to(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "planner.example",
        "http://planner.example/back",
        "https://planner.example/back#part",
        "https://planner.example;script-src *",
        "https://planner.example;script-src/back",
        "https://planner.example 'unsafe-inline'/back",
        "https://planner.example,other.example/back",
        "https://me:secret@planner.example/back",
        "https://localhost@planner.example/back",
        "https://plänner.example/back",
        "https://planner.example/\nback",
        "javascript:alert(1)//localhost",
        "http://[::1/back",
        "https://planner.example/" + "x" * 2_000,
    ],
)
def test_a_browser_may_not_be_led_there(uri: str) -> None:
    assert not may_be_led_to(uri)
