"""`filter[include]`: related objects of a page, each relation in one round trip whatever the page's size."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from billhook import attachments, catalog, categories, documents, organizations
from billhook.api.attachments import file_meta_out
from billhook.api.categories import share_out
from billhook.api.client_out import ClientOut, client_out
from billhook.api.document_out import DocumentOut, document_out
from billhook.api.item_out import ItemOut, item_out
from billhook.api.organizations import organization_out
from billhook.api.payment_out import PaymentOut, payment_out
from billhook.api.responses import refuse_unknown_fields
from billhook.api.tax_out import TaxOut, tax_out
from billhook.catalog import Item, Tax
from billhook.clients import Client
from billhook.db import Tx
from billhook.documents import Document
from billhook.kernel.problems import invalid
from billhook.payments import Payment
from billhook.web import BillhookRequest, Query

OF_DOCUMENTS = (
    "payments",
    "attachments",
    "documentCategories",
    "organization",
    "referencedDocuments",
    "referringDocuments",
)
OF_PAYMENTS = ("document", "organization")
OF_CLIENTS = ("organization",)
OF_ITEMS = ("taxes", "organization")
OF_TAXES = ("organization",)


async def of_documents(
    tx: Tx, request: BillhookRequest, rows: Sequence[Document], query: Query, *, parse: bool
) -> list[Any]:
    """Return the wire form of documents with the relations a query asks for. Raises Invalid for unknown ones."""
    _refuse_unknown(query, OF_DOCUMENTS)
    refuse_unknown_fields(query, DocumentOut, OF_DOCUMENTS)
    payments = await documents.payments_of(tx, [row.id for row in rows]) if "payments" in query.include else None
    out: list[Any] = [
        document_out(row, request.public_url, payments[row.id] if payments is not None else None, parse=parse)
        for row in rows
    ]
    if "attachments" in query.include:
        found = await attachments.of_documents(tx, [row.id for row in rows])
        for wire, row in zip(out, rows, strict=True):
            wire.attachments = [file_meta_out(attachment, request.public_url) for attachment in found[row.id]]
    if "documentCategories" in query.include:
        shares = await categories.of_documents(tx, [row.id for row in rows])
        for wire, row in zip(out, rows, strict=True):
            wire.document_categories = [share_out(share) for share in shares[row.id]]
    return await _with_organization(tx, await _with_relations(tx, request, rows, out, query), query)


_RELATIONS = {"referencedDocuments": documents.referenced, "referringDocuments": documents.referring}
"""What documents refer to, and what refers to them."""


async def _with_relations(
    tx: Tx, request: BillhookRequest, rows: Sequence[Document], out: list[Any], query: Query
) -> list[Any]:
    for name in [name for name in _RELATIONS if name in query.include]:
        found = await _RELATIONS[name](tx, rows)
        out = [
            _built(wire) | {name: [_built(document_out(other, request.public_url)) for other in found[row.id]]}
            for wire, row in zip(out, rows, strict=True)
        ]
    return out


async def of_payments(tx: Tx, request: BillhookRequest, rows: Sequence[Payment], query: Query) -> list[Any]:
    """Return the wire form of payments with the relations a query asks for. Raises Invalid for unknown ones."""
    _refuse_unknown(query, OF_PAYMENTS)
    refuse_unknown_fields(query, PaymentOut, OF_PAYMENTS)
    out: list[Any] = [payment_out(row) for row in rows]
    if "document" in query.include:
        named = {row.document_id for row in rows if row.document_id is not None}
        found = await documents.page(tx, Query(where={"id": {"inq": sorted(named)}})) if named else ([], 0)
        papers = {row.id: _built(document_out(row, request.public_url)) for row in found[0]}
        out = [
            _built(wire) | ({"document": papers[row.document_id]} if row.document_id in papers else {})
            for wire, row in zip(out, rows, strict=True)
        ]
    return await _with_organization(tx, out, query)


async def of_clients(tx: Tx, rows: Sequence[Client], query: Query) -> list[Any]:
    """Return the wire form of clients with the relations a query asks for. Raises Invalid for unknown ones."""
    _refuse_unknown(query, OF_CLIENTS)
    refuse_unknown_fields(query, ClientOut, OF_CLIENTS)
    return await _with_organization(tx, [client_out(row) for row in rows], query)


async def of_items(tx: Tx, rows: Sequence[Item], query: Query) -> list[Any]:
    """Return the wire form of items with the relations a query asks for. Raises Invalid for unknown ones."""
    _refuse_unknown(query, OF_ITEMS)
    refuse_unknown_fields(query, ItemOut, OF_ITEMS)
    out = [item_out(row) for row in rows]
    if "taxes" in query.include:
        taxes = {tax.id: tax_out(tax) for tax in await catalog.taxes.every(tx)}
        for wire, row in zip(out, rows, strict=True):
            wire.taxes = [taxes[tax_id] for tax_id in row.tax_ids if tax_id in taxes]
    return await _with_organization(tx, out, query)


async def of_taxes(tx: Tx, rows: Sequence[Tax], query: Query) -> list[Any]:
    """Return the wire form of taxes with the relations a query asks for. Raises Invalid for unknown ones."""
    _refuse_unknown(query, OF_TAXES)
    refuse_unknown_fields(query, TaxOut, OF_TAXES)
    return await _with_organization(tx, [tax_out(row) for row in rows], query)


async def _with_organization(tx: Tx, out: list[Any], query: Query) -> list[Any]:
    if "organization" not in query.include:
        return out
    organization = _built(organization_out(await organizations.read(tx)))
    return [_built(row) | {"organization": organization} for row in out]


def _built(wire: Any) -> dict[str, Any]:
    """Return a wire object as a mapping, to which relations can be added."""
    built: dict[str, Any] = msgspec.to_builtins(wire, builtin_types=(Decimal,))
    return built


def _refuse_unknown(query: Query, known: Sequence[str]) -> None:
    unknown = [name for name in query.include if name not in known]
    if unknown:
        message = f"`{unknown[0][:60]}` cannot be included here; known: {', '.join(known)}"
        raise invalid("filter", "filter.include", "unknown_relation", message)
