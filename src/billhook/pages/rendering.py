"""Templates become answers: HTML that runs nothing, loads nothing from elsewhere and is kept by nobody."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from billhook.pages import assets

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "cache-control": "private, no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals["asset"] = assets.url


def html(template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response[str]:
    """Return a page: a template of `templates/` filled with values, every one of them escaped."""
    text = _ENVIRONMENT.get_template(template).render(**values)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS | (headers or {}))
