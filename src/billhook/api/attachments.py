"""Attachments: files that go with a document."""

from typing import Annotated
from urllib.parse import quote

from litestar import Response, delete, get, post
from litestar.params import FromPath, QueryParameter

from billhook import attachments, documents
from billhook.api.responses import Count
from billhook.api.wire import Out, iso
from billhook.attachments import Attachment
from billhook.attachments.model import MEDIA_TYPES
from billhook.web import BillhookRequest

Filename = Annotated[
    str | None, QueryParameter(name="filename", description="The name of the file, when the body is the file itself.")
]


class FileMetaOut(Out, kw_only=True):
    """A file of a document; `url` is where its bytes are, of a shared document for everybody."""

    id: str
    filename: str
    type: str
    size: int
    document_id: str
    organization_id: str
    account_id: str
    url: str
    created_at: str


def file_meta_out(attachment: Attachment, base_url: str, link: str | None = None) -> FileMetaOut:
    """Return the wire form of an attachment; by the public `link` of its document without what is the seller's."""
    shared = f"/v1/Documents/public/{link}/attachments/{attachment.id}/download"
    return FileMetaOut(
        id=attachment.id,
        filename=attachment.name,
        type=attachment.media_type,
        size=attachment.size,
        document_id=attachment.document_id,
        organization_id=attachment.organization_id,
        account_id="" if link else attachment.account_id,
        url=base_url + (shared if link else f"/v1/FileMeta/{attachment.id}/download"),
        created_at=iso(attachment.created_at) or "",
    )


def served(attachment: Attachment, content: bytes) -> Response[bytes]:
    """Return the bytes so that a browser saves them and never shows or runs them."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "-" for c in attachment.name)
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-cache",
    }
    return Response(content, media_type=attachment.media_type, headers=headers)


@post(
    ["/Documents/{document_id:str}/attachments", "/Documents/{document_id:str}/attachments/upload"],
    status_code=200,
    opt={"upload": MEDIA_TYPES},
    tags=["Attachments"],
    summary="Attach a file to a document",
)
async def upload(request: BillhookRequest, document_id: FromPath[str], filename: Filename = None) -> FileMetaOut:
    """Take a file (multipart, any field name; or the raw bytes with `filename`) to go with the document."""
    file = await request.upload()
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        attached = await attachments.attach(tx, document_id, filename or file.name, file.content)
    return file_meta_out(attached, request.public_url)


@get("/Documents/{document_id:str}/attachments", tags=["Attachments"], summary="List the attachments of a document")
async def page(request: BillhookRequest, document_id: FromPath[str]) -> list[FileMetaOut]:
    """Return all attachments of a document, in the order they came."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id)
        await documents.read(tx, document_id)
        found = await attachments.of_document(tx, document_id)
    return [file_meta_out(attachment, request.public_url) for attachment in found]


@get("/FileMeta/{attachment_id:str}", tags=["Attachments"], summary="Read about an attachment")
async def read(request: BillhookRequest, attachment_id: FromPath[str]) -> FileMetaOut:
    """Return what is known of an attachment."""
    async with request.database.open(request.principal.account_id) as tx:
        await attachments.enter(tx, attachment_id)
        return file_meta_out(await attachments.read(tx, attachment_id), request.public_url)


@get(
    "/FileMeta/{attachment_id:str}/download",
    opt={"produces": MEDIA_TYPES},
    tags=["Attachments"],
    summary="Download an attachment",
)
async def download(request: BillhookRequest, attachment_id: FromPath[str]) -> Response[bytes]:
    """Return the file as it was uploaded."""
    async with request.database.open(request.principal.account_id) as tx:
        await attachments.enter(tx, attachment_id)
        attachment = await attachments.read(tx, attachment_id)
        return served(attachment, await attachments.content(tx, attachment))


@delete("/FileMeta/{attachment_id:str}", status_code=200, tags=["Attachments"], summary="Delete an attachment")
async def remove(request: BillhookRequest, attachment_id: FromPath[str]) -> Count:
    """Delete an attachment; mails that were sent keep their copy."""
    async with request.database.open(request.principal.account_id) as tx:
        await attachments.enter(tx, attachment_id, write=True)
        return Count(await attachments.delete(tx, attachment_id))


@get(
    "/Documents/public/{link:str}/attachments/{attachment_id:str}/download",
    opt={"public": True, "produces": MEDIA_TYPES},
    tags=["Attachments"],
    summary="Download an attachment of a shared document",
)
async def public(request: BillhookRequest, link: FromPath[str], attachment_id: FromPath[str]) -> Response[bytes]:
    """Return a file of a document by its public link; needs no token."""
    async with request.database.open() as tx:
        document_id = await documents.enter_shared(tx, link)
        attachment = await attachments.of_shared(tx, document_id, attachment_id)
        return served(attachment, await attachments.content(tx, attachment))


ROUTES = [upload, page, read, download, remove, public]
