"""HTTP plumbing: principal, bodies, faults, the filter language, paths in any case. Knows no resource."""

from billhook.web.bodies import CONTENT, DATABASE, OPERATION, BillhookRequest, refuse_null_in_url
from billhook.web.faults import Faults, find_faults
from billhook.web.filters import (
    Begin,
    Column,
    Columns,
    Compiled,
    Due,
    Listing,
    Mark,
    Order,
    Query,
    Tally,
    order_by_instant,
    order_by_reference,
    order_by_text,
    order_by_total,
    parse_query,
    parse_where,
    parts_of,
)
from billhook.web.paths import AnyCase
from billhook.web.principal import Authenticator, Principal, Unauthenticated, token_of
from billhook.web.problems import STATUS_OF
from billhook.web.session import COOKIE, SESSION_SECONDS, is_own_form, session_token, signed_in
from billhook.web.spelling import slips, words_of
from billhook.web.types import Instant, decode_instant, is_sane

__all__ = [
    "CONTENT",
    "COOKIE",
    "DATABASE",
    "OPERATION",
    "SESSION_SECONDS",
    "STATUS_OF",
    "AnyCase",
    "Authenticator",
    "Begin",
    "BillhookRequest",
    "Column",
    "Columns",
    "Compiled",
    "Due",
    "Faults",
    "Instant",
    "Listing",
    "Mark",
    "Order",
    "Principal",
    "Query",
    "Tally",
    "Unauthenticated",
    "decode_instant",
    "find_faults",
    "is_own_form",
    "is_sane",
    "order_by_instant",
    "order_by_reference",
    "order_by_text",
    "order_by_total",
    "parse_query",
    "parse_where",
    "parts_of",
    "refuse_null_in_url",
    "session_token",
    "signed_in",
    "slips",
    "token_of",
    "words_of",
]
