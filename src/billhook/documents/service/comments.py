"""Comments: what the organization notes about a document, issued or not, for itself."""

from collections.abc import Callable
from typing import Final

import msgspec

from billhook.db import Tx
from billhook.documents import store
from billhook.documents.model.document import Comment
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid, NotFound, NotYours

MAX_COMMENTS: Final = 200
MAX_TEXT: Final = 5_000

Comments = tuple[Comment, ...]


async def comment(tx: Tx, document_id: str, text: str) -> Comment:
    """Add a comment of the acting account. Raises Invalid, NotYours."""
    if tx.account is None:
        raise NotYours
    new = Comment(id=ids.new(tx.shard), text=text, account_id=tx.account, created_at=tx.now, updated_at=tx.now)
    await _put(tx, document_id, lambda comments: (*comments, new), text)
    return new


async def change_comment(tx: Tx, document_id: str, comment_id: str, text: str) -> Comment:
    """Say a comment anew; its author stays. Raises Invalid, NotFound, NotYours."""

    def changed(comments: Comments) -> Comments:
        _find(comments, comment_id)
        change = {"text": text, "updated_at": tx.now}
        return tuple(msgspec.structs.replace(c, **change) if c.id == comment_id else c for c in comments)

    return _find(await _put(tx, document_id, changed, text), comment_id)


async def remove_comment(tx: Tx, document_id: str, comment_id: str) -> None:
    """Take a comment away. Raises NotFound, NotYours."""

    def without(comments: Comments) -> Comments:
        gone = _find(comments, comment_id)
        return tuple(c for c in comments if c is not gone)

    await _put(tx, document_id, without)


def _find(comments: Comments, comment_id: str) -> Comment:
    found = next((comment for comment in comments if comment.id == comment_id), None)
    if found is None:
        raise NotFound(what="comment")
    return found


async def _put(tx: Tx, document_id: str, change: Callable[[Comments], Comments], text: str = "-") -> Comments:
    """Change the comments of a document while it is held, so that none of two at once is lost."""
    async with tx.atomic():
        document = await store.lock_document(tx, Id(document_id))
        if document is None:
            raise NotYours
        comments = change(document.comments)
        faults = []
        if not text.strip():
            faults.append(Fault("text", "presence", "can't be blank"))
        if len(text) > MAX_TEXT:
            faults.append(Fault("text", "length", f"must have at most {MAX_TEXT} characters"))
        if len(comments) > MAX_COMMENTS:
            faults.append(Fault("text", "too_many", f"would be one more than the {MAX_COMMENTS} a document may have"))
        if faults:
            raise Invalid("Comment", faults)
        await store.put_comments(tx, document.id, comments)
    return comments
