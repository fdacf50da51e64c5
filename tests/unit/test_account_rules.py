"""Rules of accounts as tables: addresses, redirects, the counters that slow guessing down."""

import pytest

from billhook.accounts import throttling
from billhook.accounts.model import may_redirect, normalized_email
from billhook.settings import Settings


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a@example.com", "a@example.com"),
        (" Ada.Lovelace+X@Example.COM ", "ada.lovelace+x@example.com"),
        ("o'brien@xn--bcher-kva.example", "o'brien@xn--bcher-kva.example"),
        ("info@B\u00fccher.example", "info@xn--bcher-kva.example"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_addresses_are_stored_in_one_spelling(written: str, stored: str) -> None:
    assert normalized_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        *["", "@", "a", "a@", "@example.com", "a@b", "a@b.c", "a@@example.com", "a b@example.com", ".a@example.com"],
        *["a..b@example.com", "a.@example.com", "a@-example.com", "a@example-.com", "a@example..com", "a@[127.0.0.1]"],
        *['"a"@example.com', "a@example.com\n.evil", "a\r\nbcc:b@example.com", "a@example.com,b@example.com"],
        *[
            "a@exam\0ple.com",
            "\u00e4@example.com",
            f"{'a' * 65}@example.com",
            f"a@{'b' * 64}.com",
            "a@" + "b." * 150 + "com",
        ],
        *["a@example.123", "Ada <a@example.com>"],
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    assert normalized_email(written) is None


OURS = "https://billing.example.com:8443"


@pytest.mark.parametrize(
    ("target", "may"),
    [
        ("/", True),
        ("/welcome?next=https://evil.example", True),
        (f"{OURS}/welcome", True),
        ("https://app.example.com/in", True),
        ("https://app.example.com/in/", False),
        ("https://app.example.com", False),
        ("https://billing.example.com/welcome", False),
        ("http://billing.example.com:8443/", False),
        ("https://billing.example.com:8443@evil.example/", False),
        ("https://billing.example.com:8443.evil.example/", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("/a\r\nset-cookie: a=b", False),
        ("javascript:alert(1)", False),
        ("welcome", False),
        ("", False),
    ],
)
def test_links_lead_to_our_pages_and_configured_ones(target: str, may: bool) -> None:
    assert may_redirect(target, ["https://app.example.com/in"], OURS) is may


def test_counters_are_per_deed_address_and_network() -> None:
    def keys(deed: str, email: str, client: str) -> list[bytes]:
        return throttling.counters(deed, email, client, Settings()).keys

    email, client = keys("login", "a@example.com", "2001:db8:1:2:3::1")
    assert keys("login", "a@example.com", "2001:db8:1:2:ffff::9") == [email, client]
    assert keys("login", "a@example.com", "2001:db8:1:3::1")[1] != client
    assert keys("login", "a@example.com", "::ffff:192.0.2.1") == keys("login", "a@example.com", "192.0.2.1")
    assert keys("login", "a@example.com", "192.0.2.1")[1] != keys("login", "a@example.com", "192.0.2.2")[1]
    assert not {email, client} & set(keys("reset", "a@example.com", "2001:db8:1:2:3::1"))
    assert keys("login", "a@example.com", "")[0] == email
