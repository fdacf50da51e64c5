"""How the invoicing API describes itself."""

from typing import Final

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from billhook import __version__

OPENAPI: Final = OpenAPIConfig(
    title="Billhook",
    version=__version__,
    render_plugins=[],
    components=Components(
        security_schemes={
            "accessToken": SecurityScheme(
                type="apiKey", name="Authorization", security_scheme_in="header", description="The access token, raw."
            )
        }
    ),
    security=[{"accessToken": []}],
)
