"""How pages say no: to people, in their language, with the way on."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from billhook import documents
from billhook.kernel import ids
from billhook.kernel.colour import HOUSE
from billhook.kernel.problems import Kind, Problem
from billhook.pages.rendering import html
from billhook.pages.theme import theme_of
from billhook.web import STATUS_OF

log = logging.getLogger("billhook.pages")

AnyRequest = Request[Any, Any, Any]


def language_of(request: AnyRequest) -> str:
    """Return the language to speak to somebody we know nothing else of: `?l=`, else the browser's, else English."""
    said = [request.query_params.get("l", "")]
    said += [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    spoken = (tag.replace("_", "-").partition("-")[0].lower() for tag in said)
    return next((language for language in spoken if language in documents.LANGUAGES), "en")


def wants_page(request: AnyRequest) -> bool:
    """Tell whether it is a browser that asks to see something, not a program that asks for data."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


def missing(request: AnyRequest) -> Response[str]:
    """Return the page for an address that leads nowhere."""
    words = documents.labels(language_of(request))
    return _page(404, words, words.page.missing_title, words.page.missing)


def _page(
    status: int,
    words: documents.Labels,
    title: str,
    text: str,
    reference: str = "",
    headers: dict[str, str] | None = None,
) -> Response[str]:
    return html(
        "refusal.html",
        status=status,
        headers=headers,
        language=words.language,
        theme=theme_of(HOUSE),
        title=title,
        text=text,
        reference=f"{words.page.error_number}: {reference}" if reference else "",
    )


def _broken(request: AnyRequest, status: int, reference: str = "", headers: Any = None) -> Response[str]:
    words = documents.labels(language_of(request))
    return _page(status, words, words.page.broken_title, words.page.broken, reference, headers)


def on_problem(request: AnyRequest, problem: Problem) -> Response[str]:
    """Answer a refusal of ours. What is not yours is not there: no page of this face asks anybody to log in."""
    if problem.kind in (Kind.NOT_FOUND, Kind.UNAUTHENTICATED, Kind.MALFORMED, Kind.INVALID):
        return missing(request)
    return _broken(request, STATUS_OF[problem.kind])


def on_http(request: AnyRequest, error: HTTPException) -> Response[str]:
    """Answer what the framework refuses."""
    if error.status_code < 500:
        return missing(request)
    return _broken(request, error.status_code, headers=error.headers)


def on_bug(request: AnyRequest, error: Exception) -> Response[str]:
    """Answer a mistake of ours: a reference to quote, no internals; nor does the log learn the link."""
    reference = ids.new()
    log.error("request %s: %s %s failed", reference, request.method, request.scope.get("path_template"), exc_info=error)
    return _broken(request, 500, reference)


HANDLERS: dict[Any, Any] = {Problem: on_problem, HTTPException: on_http, Exception: on_bug}
