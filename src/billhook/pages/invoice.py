"""The invoice page: what a client sees who follows the link of a document. Server-rendered, no script at all."""

import asyncio
import hashlib
from typing import Annotated, Any

from litestar import Response, post, route
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from billhook import documents, processing
from billhook.documents import Sheet
from billhook.kernel.problems import Kind, NotFound, Problem
from billhook.pages.account import FORM
from billhook.pages.assets import READS
from billhook.pages.invoice_view import invoice_page
from billhook.pages.payment import lead, leading_to, till_of
from billhook.pages.refusals import language_of
from billhook.pages.rendering import HEADERS, html
from billhook.web import BillhookRequest

Language = Annotated[str | None, QueryParameter(name="l")]

# A picture is shown as an image only; opened by itself, an SVG gets no script, no frame and nothing from elsewhere.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@route("/i/{link:str}", http_method=READS)
async def invoice(request: BillhookRequest, link: FromPath[str], language: Language = None) -> Response[str]:
    """Show a document by its public link."""
    async with request.database.open() as tx:
        shared = await documents.read_shared(tx, link, viewed=request.method == "GET")
        payable = await processing.payable(tx, shared.document)
    page = invoice_page(shared, link, language, payable=payable)
    form = leading_to(till_of(request).gateways.page_origins) if payable else FORM
    return html("invoice.html", headers=form if payable or page.answer_url else None, page=page)


@post("/i/{link:str}/pay", status_code=200)
async def pay(request: BillhookRequest, link: FromPath[str]) -> Response[Any]:
    """Lead whoever clicks *Pay now* to where what is due now is paid; back to the document where nothing can be."""
    till = till_of(request)
    try:
        intent = await processing.collect(till, link)
    except Problem as problem:
        if problem.kind == Kind.UNAUTHENTICATED:
            raise
        return Redirect(f"/i/{link}", status_code=303, headers=dict(HEADERS))
    if intent.surcharge:  # the payer sees it before it is paid
        return Redirect(f"/pay/{intent.token}?l={language_of(request)}", status_code=303, headers=dict(HEADERS))
    return await lead(request, till, intent.token, None)


@post("/i/{link:str}/accept", status_code=200)
async def accept(request: BillhookRequest, link: FromPath[str], language: Language = None) -> Response[Any]:
    """Accept the estimate for whoever clicks so, and show it again."""
    return await _answer(request, link, language, accepted=True)


@post("/i/{link:str}/reject", status_code=200)
async def reject(request: BillhookRequest, link: FromPath[str], language: Language = None) -> Response[Any]:
    """Reject the estimate for whoever clicks so, and show it again."""
    return await _answer(request, link, language, accepted=False)


async def _answer(request: BillhookRequest, link: str, language: str | None, *, accepted: bool) -> Response[Any]:
    try:
        async with request.database.open() as tx:
            await documents.decide(tx, await documents.enter_shared(tx, link), accepted=accepted, by_client=True)
    except Problem as problem:
        if problem.kind == Kind.UNAUTHENTICATED:
            raise
    own = f"?l={language}" if language in documents.LANGUAGES else ""
    return Redirect(f"/i/{link}{own}", status_code=303, headers=dict(HEADERS))


@route("/i/{link:str}/logo", http_method=READS)
async def logo(request: BillhookRequest, link: FromPath[str]) -> Response[bytes]:
    """Show the seller's logo as it was uploaded."""
    async with request.database.open() as tx:
        blob = await documents.shared_logo(tx, link)
    return _picture(request, blob.bytes, blob.media_type)


@route("/i/{link:str}/qr.svg", http_method=READS)
async def code(request: BillhookRequest, link: FromPath[str]) -> Response[bytes]:
    """Show the QR code of the bank transfer that pays what is due now."""
    async with request.database.open() as tx:
        shared = await documents.read_shared(tx, link)
    transfer = Sheet(shared.document).transfer
    # Off the event loop: others need not wait the 15 ms it takes to draw.
    drawn = await asyncio.to_thread(documents.qr.epc, transfer) if transfer else None
    if drawn is None:
        raise NotFound(what="payment code")
    return _picture(request, drawn.encode(), "image/svg+xml")


def _picture(request: BillhookRequest, content: bytes, media_type: str) -> Response[bytes]:
    """Return a picture that the browser may keep but must ask about: amounts and logos change."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "cache-control": "private, no-cache",
        "content-security-policy": _PICTURE_POLICY,
        "etag": tag,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


ROUTES = [invoice, pay, accept, reject, logo, code]
