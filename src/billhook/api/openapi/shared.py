"""What all operations share: how they refuse, how they are authorized, and the filter language."""

from typing import Any, Final


def _refusal(description: str, status: int, name: str, code: str, message: str, details: Any = None) -> dict[str, Any]:
    error: dict[str, Any] = {"statusCode": status, "name": name, "message": message, "code": code}
    if details:
        error["details"] = details
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"error": error}}
    return {"description": description, "content": {"application/json": content}}


_WAIT = {"retry-after": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}

RESPONSES: Final[dict[str, Any]] = {
    "BadRequest": _refusal(
        "The body or the query cannot be read: it is not JSON, not a form, not UTF-8.",
        400, "BadRequestError", "MALFORMED_BODY", "The body cannot be read: it is not UTF-8",
    ),
    "Unauthorized": _refusal(
        "There is no valid access token, or it may not touch what the path names, whether or not that exists.",
        401, "AuthorizationError", "AUTHORIZATION_REQUIRED",
        "Authorization required: no resource of yours has this id.",
    ),
    "NotFound": _refusal(
        "There is no such route or no such thing.",
        404, "NotFoundError", "MODEL_NOT_FOUND", "There is no country of this name here.",
    ),
    "Conflict": {
        "description": "It collides with what is there. `details` says with what.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    },
    "TooLarge": _refusal(
        "The body is larger than this server accepts.",
        413, "RequestEntityTooLargeError", "BODY_TOO_LARGE", "Request Entity Too Large",
    ),
    "Unprocessable": _refusal(
        "The body or a parameter is not valid. `details` names every field that is wrong, all at once.",
        422, "ValidationError", "VALIDATION_FAILED",
        "The Document is not valid. Details: `_documentItems` can't be blank; a document has at least one line",
        {
            "context": "Document",
            "codes": {"_documentItems": ["presence"]},
            "messages": {"_documentItems": ["can't be blank; a document has at least one line"]},
        },
    ),
    "TooManyRequests": _refusal(
        "Too many requests; `retry-after` says how many seconds to wait.",
        429, "TooManyRequestsError", "LOGIN_THROTTLED", "Too many failed attempts; try again in 60 seconds.",
    ) | {"headers": _WAIT},
    "Unavailable": _refusal(
        "The database cannot be reached at the moment; nothing was changed.",
        503, "ServiceUnavailableError", "DATABASE_UNAVAILABLE",
        "The database cannot be reached at the moment; nothing was changed, try again shortly.",
    ),
}  # fmt: skip

_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}

_ERROR: Final = {
    "description": "A refusal.",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["statusCode", "name", "message", "code"],
            "properties": {
                "statusCode": {"type": "integer", "description": "The HTTP status."},
                "name": {"type": "string", "description": "The sort of refusal."},
                "message": {"type": "string", "description": "What was refused and why, for people."},
                "code": {"type": "string", "description": "What was refused, for programs: it does not change."},
                "details": {
                    "description": "For 422: the fields that are wrong. For 409: what it collided with.",
                    "type": "object",
                    "properties": {
                        "context": {"type": "string", "description": "What was not valid, such as `Document`."},
                        "codes": {**_TEXTS, "description": "Codes by field."},
                        "messages": {**_TEXTS, "description": "Messages by field, in the order of the codes."},
                    },
                },
            },
        }
    },
}

_WHERE: Final = {
    "description": "Conditions, all of which must hold: `{field: value}`, `{field: {operator: value}}`, and `and`/`or` "
    "with lists of conditions. Operators: `eq`, `neq`, `gt`, `gte`, `lt`, `lte`, `between`, `inq`, `nin`, `like`, "
    "`nlike`, `ilike`, `nilike`, `regexp`, `exists`. Keys of `custom` are fields too: `custom.color`.",
    "type": "object",
    "examples": [{"type": "invoice", "total": {"gte": 100}}],
}

_FILTER: Final = {
    "description": "Which rows, in which order, and what of them. As one JSON text (`?filter={…}`) or in brackets "
    "(`?filter[where][type]=invoice&filter[limit]=5`).",
    "type": "object",
    "properties": {
        "where": {"$ref": "#/components/schemas/Where"},
        "order": {
            "description": "`date DESC`, or a list of such.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
        "limit": {"description": "Rows of a page.", "type": "integer", "minimum": 1, "maximum": 100, "default": 100},
        "skip": {"description": "Rows to leave out at the beginning.", "type": "integer", "minimum": 0, "default": 0},
        "fields": {
            "description": "Fields to answer with: a list, or `{field: true}`, or `{field: false}` for all but some. "
            "The others are left out, required ones too.",
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": {"type": "boolean"}},
            ],
        },
        "include": {
            "description": "Related objects to answer with, by the name of the relation.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
        "deleted": {"description": "Whether deleted rows count too.", "type": "boolean", "default": False},
    },
    "examples": [{"where": {"type": "invoice"}, "order": "date DESC", "limit": 5}],
}

SCHEMAS: Final[dict[str, Any]] = {"Error": _ERROR, "Filter": _FILTER, "Where": _WHERE}

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "accessToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The access token as it is, without a word before it.",
    },
    "accessTokenInQuery": {
        "type": "apiKey",
        "in": "query",
        "name": "access_token",
        "description": "The same token in the query, where no header can be set; logs then show it.",
    },
}
