"""`filter[include]`: related objects of a page, each relation in one round trip whatever the page's size."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from billhook import documents, organizations
from billhook.api.document_out import document_out
from billhook.api.organizations import organization_out
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel.problems import invalid
from billhook.web import BillhookRequest, Query

OF_DOCUMENTS = ("payments", "organization")


async def of_documents(
    tx: Tx, request: BillhookRequest, rows: Sequence[Document], query: Query, *, parse: bool
) -> list[Any]:
    """Return the wire form of documents with the relations a query asks for. Raises Invalid for unknown ones."""
    unknown = [name for name in query.include if name not in OF_DOCUMENTS]
    if unknown:
        known = ", ".join(OF_DOCUMENTS)
        message = f"`{unknown[0][:60]}` cannot be included here; known: {known}"
        raise invalid("filter", "filter.include", "unknown_relation", message)
    payments = await documents.payments_of(tx, [row.id for row in rows]) if "payments" in query.include else None
    out: list[Any] = [
        document_out(row, request.public_url, payments[row.id] if payments is not None else None, parse=parse)
        for row in rows
    ]
    if "organization" in query.include:
        organization = msgspec.to_builtins(organization_out(await organizations.read(tx)), builtin_types=(Decimal,))
        out = [msgspec.to_builtins(row, builtin_types=(Decimal,)) | {"organization": organization} for row in out]
    return out
