"""Categories: what documents are sorted by for the books, and how much of a document belongs where."""

from decimal import Decimal
from typing import Any

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from billhook import categories, documents, organizations
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, JsonResponse, listed, picked
from billhook.api.wire import UNSET, Free, In, Number, Out, Text, When, given, iso, major, said
from billhook.categories import Category, NewCategory, NewShare, Share
from billhook.web import BillhookRequest, parse_query, parse_where


class CategoryIn(In, kw_only=True):
    """A category as said; programs name it by its `alias`."""

    name: Text = UNSET
    alias: Text = UNSET
    description: Text = UNSET
    custom: Free = UNSET


class CategoryOut(Out, kw_only=True):
    """A category."""

    id: str
    organization_id: str
    name: str
    alias: str
    description: str | None = None
    created_at: str
    updated_at: str
    deleted_at: str | None = None
    is_deleted: bool
    custom: dict[str, Any]


class DocumentCategoryIn(In, kw_only=True):
    """A share of a document as said: the category by `categoryId` or `categoryAlias`, its `amount` in major units."""

    category_id: Text = UNSET
    category_alias: Text = UNSET
    amount: Number = UNSET
    date: When = UNSET
    custom: Free = UNSET


class DocumentCategoryOut(Out, kw_only=True):
    """How much of a document belongs in a category, in its currency, and the day it counts for."""

    id: str
    organization_id: str
    document_id: str
    category_id: str
    amount: Decimal | int
    currency_id: str
    date: str
    created_at: str
    updated_at: str
    deleted_at: str | None = None
    is_deleted: bool
    custom: dict[str, Any]


def category_out(category: Category) -> CategoryOut:
    """Return the wire form of a category."""
    return CategoryOut(
        id=category.id,
        organization_id=category.organization_id,
        name=category.name,
        alias=category.alias,
        description=category.description,
        created_at=iso(category.created_at) or "",
        updated_at=iso(category.updated_at) or "",
        deleted_at=iso(category.deleted_at),
        is_deleted=category.deleted_at is not None,
        custom=category.custom,
    )


def share_out(share: Share) -> DocumentCategoryOut:
    """Return the wire form of a share."""
    return DocumentCategoryOut(
        id=share.id,
        organization_id=share.organization_id,
        document_id=share.document_id,
        category_id=share.category_id,
        amount=major(share.amount, share.exponent),
        currency_id=share.currency,
        date=iso(share.date) or "",
        created_at=iso(share.created_at) or "",
        updated_at=iso(share.updated_at) or "",
        deleted_at=iso(share.deleted_at),
        is_deleted=share.deleted_at is not None,
        custom=share.custom,
    )


def _category(body: CategoryIn, before: Category | None = None) -> NewCategory:
    """Return a category as said, on top of what it was."""
    stored = {name: getattr(before, name) for name in ("name", "alias", "description", "custom")} if before else {}
    fields = stored | said(body)
    return NewCategory(
        name=fields.get("name") or "",
        alias=fields.get("alias") or "",
        description=fields.get("description"),
        custom=fields.get("custom") or {},
    )


def new_share(body: DocumentCategoryIn, before: Share | None = None) -> NewShare:
    """Return a share as said, on top of what it was."""
    kept = before is not None and body.category_id is UNSET and body.category_alias is UNSET
    amount = Decimal(major(before.amount, before.exponent)) if before else None
    return NewShare(
        category_id=before.category_id if before and kept else given(body.category_id),
        alias=given(body.category_alias),
        amount=given(body.amount, amount),
        date=given(body.date, before.date if before else None),
        custom=given(body.custom, before.custom if before else {}),
    )


@post(
    "/Organizations/{organization_id:str}/categories", status_code=200, tags=["Categories"], summary="Create a category"
)
async def create(request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[CategoryIn]) -> CategoryOut:
    """Create a category; its alias is unique in the organization."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, write=True)
        return category_out(await categories.create(tx, _category(data)))


@get("/Organizations/{organization_id:str}/categories", tags=["Categories"], summary="List categories")
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[CategoryOut]:
    """Return a page of the organization's categories; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await categories.page(tx, query)
    return listed([category_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get("/Organizations/{organization_id:str}/categories/count", tags=["Categories"], summary="Count categories")
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many of the organization's categories match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await categories.count(tx, condition))


@get("/Categories/{category_id:str}", tags=["Categories"], summary="Read a category")
async def read(request: BillhookRequest, category_id: FromPath[str], filter: FilterParameter = None) -> CategoryOut:
    """Return a category; `filter[deleted]` finds deleted ones."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await categories.enter(tx, category_id)
        category = await categories.read(tx, category_id, deleted=query.deleted)
    return JsonResponse(picked(category_out(category), query), media_type="application/json")  # type: ignore[return-value]


async def _change(request: BillhookRequest, category_id: str, data: CategoryIn, *, whole: bool) -> CategoryOut:
    async with request.database.open(request.principal.account_id) as tx:
        await categories.enter(tx, category_id, write=True)
        changed = await categories.change(tx, category_id, lambda before: _category(data, None if whole else before))
        return category_out(changed)


@put("/Categories/{category_id:str}", tags=["Categories"], summary="Replace a category")
async def replace(request: BillhookRequest, category_id: FromPath[str], data: JSONBody[CategoryIn]) -> CategoryOut:
    """Replace a category by what is said."""
    return await _change(request, category_id, data, whole=True)


@post("/Categories/{category_id:str}/replace", status_code=200, tags=["Categories"], summary="Replace a category")
async def replace_by_post(
    request: BillhookRequest, category_id: FromPath[str], data: JSONBody[CategoryIn]
) -> CategoryOut:
    """Replace a category, for clients that cannot PUT."""
    return await _change(request, category_id, data, whole=True)


@patch("/Categories/{category_id:str}", tags=["Categories"], summary="Change a category")
async def change(request: BillhookRequest, category_id: FromPath[str], data: JSONBody[CategoryIn]) -> CategoryOut:
    """Change what is said of a category."""
    return await _change(request, category_id, data, whole=False)


@delete("/Categories/{category_id:str}", status_code=200, tags=["Categories"], summary="Delete a category")
async def remove(request: BillhookRequest, category_id: FromPath[str]) -> Count:
    """Delete a category; what was sorted into it stays. `count` is 0 when it was deleted before."""
    async with request.database.open(request.principal.account_id) as tx:
        await categories.enter(tx, category_id, write=True)
        return Count(await categories.delete(tx, category_id))


@post(
    "/Documents/{document_id:str}/documentCategories",
    status_code=200,
    tags=["Categories"],
    summary="Sort a document into a category",
)
async def assign(
    request: BillhookRequest, document_id: FromPath[str], data: JSONBody[DocumentCategoryIn]
) -> DocumentCategoryOut:
    """Sort a share of a document into a category: `amount`, or all that is not shared out yet."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return share_out(await categories.assign(tx, document_id, new_share(data)))


@get("/Documents/{document_id:str}/documentCategories", tags=["Categories"], summary="List the shares of a document")
async def of_document(request: BillhookRequest, document_id: FromPath[str]) -> list[DocumentCategoryOut]:
    """Return how much of the document belongs where."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        document = await documents.read(tx, document_id)
        found = await categories.of_documents(tx, [document.id])
    return [share_out(share) for share in found[document.id]]


@get("/Organizations/{organization_id:str}/documentCategories", tags=["Categories"], summary="List shares of documents")
async def page_of_shares(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[DocumentCategoryOut]:
    """Return a page of the shares of all documents; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await categories.page_of_shares(tx, query)
    return listed([share_out(row) for row in rows], total, query)  # type: ignore[return-value]


@get(
    "/Organizations/{organization_id:str}/documentCategories/count",
    tags=["Categories"],
    summary="Count shares of documents",
)
async def count_of_shares(
    request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None
) -> Count:
    """Return how many shares of documents match."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await categories.count_shares(tx, condition))


async def _reassign(
    request: BillhookRequest, share_id: str, data: DocumentCategoryIn, *, whole: bool
) -> DocumentCategoryOut:
    async with request.database.open(request.principal.account_id) as tx:
        await categories.enter_share(tx, share_id, write=True)
        changed = await categories.change_share(tx, share_id, lambda before: new_share(data, None if whole else before))
        return share_out(changed)


@put("/DocumentCategories/{share_id:str}", tags=["Categories"], summary="Replace a share")
async def replace_share(
    request: BillhookRequest, share_id: FromPath[str], data: JSONBody[DocumentCategoryIn]
) -> DocumentCategoryOut:
    """Replace a share of a document by what is said; its document stays."""
    return await _reassign(request, share_id, data, whole=True)


@post("/DocumentCategories/{share_id:str}/replace", status_code=200, tags=["Categories"], summary="Replace a share")
async def replace_share_by_post(
    request: BillhookRequest, share_id: FromPath[str], data: JSONBody[DocumentCategoryIn]
) -> DocumentCategoryOut:
    """Replace a share, for clients that cannot PUT."""
    return await _reassign(request, share_id, data, whole=True)


@patch("/DocumentCategories/{share_id:str}", tags=["Categories"], summary="Change a share")
async def change_share(
    request: BillhookRequest, share_id: FromPath[str], data: JSONBody[DocumentCategoryIn]
) -> DocumentCategoryOut:
    """Change what is said of a share."""
    return await _reassign(request, share_id, data, whole=False)


@delete("/DocumentCategories/{share_id:str}", status_code=200, tags=["Categories"], summary="Delete a share")
async def remove_share(request: BillhookRequest, share_id: FromPath[str]) -> Count:
    """Take a share of a document out of its category; `count` is 0 when it was taken out before."""
    async with request.database.open(request.principal.account_id) as tx:
        await categories.enter_share(tx, share_id, write=True)
        return Count(await categories.delete_share(tx, share_id))


ROUTES = [
    create,
    page,
    count,
    read,
    replace,
    replace_by_post,
    change,
    remove,
    assign,
    of_document,
    page_of_shares,
    count_of_shares,
    replace_share,
    replace_share_by_post,
    change_share,
    remove_share,
]
