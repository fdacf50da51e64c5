"""What is kept of a request: enough to find it again, and nothing that opens a door."""

import pytest

from billhook.usage.model import LONGEST, MASK, masked_path, masked_query, url_of

ID = "01a1fde1ae08000032688198"


@pytest.mark.parametrize(
    ("path", "parameters", "kept"),
    [
        (f"/v1/Documents/{ID}", {"document_id": ID}, f"/v1/Documents/{ID}"),
        (f"/v1/Accounts/{ID}/accessTokens/{'t' * 64}", {"account_id": ID, "fk": "t" * 64}, f"/v1/Accounts/{ID}/accessTokens/***"),
        ("/v1/Documents/public/abcDEF0123456789abcDEF", {"link": "abcDEF0123456789abcDEF"}, "/v1/Documents/public/***"),
        ("/v1/nowhere", {}, "/v1/nowhere"),
        ("/" + "x" * 5_000, {}, "/" + "x" * (LONGEST - 1)),
    ],
)  # fmt: skip
def test_of_a_paths_parameters_only_ids_are_kept(path, parameters, kept):
    assert masked_path(path, parameters) == kept


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (b"", {}),
        (b"access_token=abc&type=invoice", {"access_token": MASK, "type": "invoice"}),
        (b"ACCESS_TOKEN=abc&filter[where][secretKey]=1", {"ACCESS_TOKEN": MASK, "filter[where][secretKey]": MASK}),
        (b"new%50assword=abc", {"newPassword": MASK}),
        (b"a=%00b&empty=", {"a": "b", "empty": ""}),
        (b"q=" + b"x" * 5_000, {"q": "x" * LONGEST}),
    ],
)
def test_what_is_named_like_a_secret_is_masked(query, kept):
    assert masked_query(query) == kept


def test_an_address_shows_what_the_query_shows():
    assert (
        url_of("/v1/Documents", {"access_token": MASK, "type": "invoice"})
        == "/v1/Documents?access_token=***&type=invoice"
    )
    assert url_of("/v1/Documents", {}) == "/v1/Documents"
    assert len(url_of("/v1/Documents", {"a": "b" * 5_000})) == LONGEST
