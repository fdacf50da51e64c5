"""How the invoicing API describes itself: `GET /openapi.json`, OpenAPI 3.1, made of the routes there are."""

from billhook.api.openapi.document import ROUTES, Description, describe, description_of
from billhook.api.openapi.operations import PRODUCES, UPLOAD, Operation

__all__ = ["PRODUCES", "ROUTES", "UPLOAD", "Description", "Operation", "describe", "description_of"]
