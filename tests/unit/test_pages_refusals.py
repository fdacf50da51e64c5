"""Refusals to people: a page in their language, with a reference for what is our mistake, and no internals."""

import logging

import pytest
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.testing import RequestFactory

from billhook.db import DatabaseUnavailable
from billhook.documents import LANGUAGES, labels
from billhook.kernel.problems import NotFound, NotYours
from billhook.pages.refusals import language_of, on_bug, on_http, on_problem, wants_page


@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "ja, pt-BR;q=0.5", "pt"),
        ("sl", "de", "sl"),
        ("ja", "fr", "fr"),
        ("DE_at", "", "de"),
        ("", "*", "en"),
    ],
)
def test_speaks_the_language_of_who_asks(query: str, accepted: str, spoken: str) -> None:
    request = RequestFactory().get("/i/x", query_params={"l": query}, headers={"accept-language": accepted})
    assert language_of(request) == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_yours_is_not_there(language: str) -> None:
    request = RequestFactory().get("/i/x", query_params={"l": language})
    for problem in (NotYours(), NotFound(what="logo")):
        answer = on_problem(request, problem)
        assert answer.status_code == 404
        assert f'<html lang="{language}" dir="ltr">' in answer.content
        assert f"<h1>{labels(language).page.missing_title}</h1>" in answer.content.replace("&#39;", "'")


def test_a_mistake_of_ours_gets_a_reference_and_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory(Litestar(logging_config=None)).get("/i/abcDEF0123456789abcDEF01")
    with caplog.at_level(logging.ERROR, "billhook.pages"):
        answer = on_bug(request, ValueError("password=hunter2"))
    assert answer.status_code == 500
    assert "hunter2" not in answer.content
    assert "ValueError" not in answer.content
    assert labels("en").page.broken_title in answer.content
    message = caplog.records[0].getMessage()
    assert f"Error number: {message.split()[1].rstrip(':')}" in answer.content
    assert "abcDEF" not in message, "a link is a secret"


def test_a_database_that_is_away_is_no_missing_page() -> None:
    answer = on_problem(RequestFactory().get("/i/x"), DatabaseUnavailable())
    assert answer.status_code == 503
    assert labels("en").page.broken_title in answer.content


@pytest.mark.parametrize(("status", "answered"), [(400, 404), (404, 404), (503, 503)])
def test_what_the_framework_refuses_is_a_page_too(status: int, answered: int) -> None:
    answer = on_http(RequestFactory().get("/i/x"), HTTPException(status_code=status, detail="inside"))
    assert answer.status_code == answered
    assert "inside" not in answer.content


@pytest.mark.parametrize(
    ("method", "accept", "page"),
    [
        ("GET", "text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("GET", "*/*", False),
        ("GET", "application/json", False),
        ("POST", "text/html", False),
    ],
)
def test_tells_browsers_from_programs(method: str, accept: str, page: bool) -> None:
    factory = RequestFactory()
    make = factory.get if method == "GET" else factory.post
    assert wants_page(make("/nowhere", headers={"accept": accept})) is page
