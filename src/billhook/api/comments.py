"""Comments on documents, for the organization alone."""

from litestar import delete, post, put
from litestar.params import FromPath, JSONBody

from billhook import documents
from billhook.api.wire import In, Out, iso
from billhook.documents.model.document import Comment
from billhook.web import BillhookRequest


class CommentIn(In, kw_only=True):
    """A comment as said."""

    text: str


class CommentOut(Out, kw_only=True):
    """A comment: who said it when, and when it was last said anew."""

    id: str
    text: str
    account_id: str
    created_at: str
    updated_at: str


def comment_out(comment: Comment) -> CommentOut:
    """Return the wire form of a comment."""
    return CommentOut(
        id=comment.id,
        text=comment.text,
        account_id=comment.account_id,
        created_at=iso(comment.created_at) or "",
        updated_at=iso(comment.updated_at) or "",
    )


@post("/Documents/{document_id:str}/comments", status_code=200, tags=["Documents"], summary="Comment on a document")
async def create(request: BillhookRequest, document_id: FromPath[str], data: JSONBody[CommentIn]) -> CommentOut:
    """Note something about a document, issued or not; `_comments` of the document holds it, its paper never."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return comment_out(await documents.comment(tx, document_id, data.text))


@put("/Documents/{document_id:str}/comments/{comment_id:str}", tags=["Documents"], summary="Change a comment")
async def change(
    request: BillhookRequest, document_id: FromPath[str], comment_id: FromPath[str], data: JSONBody[CommentIn]
) -> CommentOut:
    """Say a comment anew; who said it first stays its author."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        return comment_out(await documents.change_comment(tx, document_id, comment_id, data.text))


@delete(
    "/Documents/{document_id:str}/comments/{comment_id:str}",
    status_code=204,
    tags=["Documents"],
    summary="Delete a comment",
)
async def remove(request: BillhookRequest, document_id: FromPath[str], comment_id: FromPath[str]) -> None:
    """Take a comment away."""
    async with request.database.open(request.principal.account_id) as tx:
        await documents.enter(tx, document_id, write=True)
        await documents.remove_comment(tx, document_id, comment_id)


ROUTES = [create, change, remove]
