"""Categories: what income and expenses are sorted by for the books, and how much of a document belongs where."""

from billhook.categories.model import Category, NewCategory, NewShare, Share
from billhook.categories.service import change, count, create, delete, enter, page, read
from billhook.categories.sharing import (
    assign,
    change_share,
    count_shares,
    delete_share,
    enter_share,
    issue,
    of_documents,
    page_of_shares,
    read_share,
)

__all__ = [
    "Category",
    "NewCategory",
    "NewShare",
    "Share",
    "assign",
    "change",
    "change_share",
    "count",
    "count_shares",
    "create",
    "delete",
    "delete_share",
    "enter",
    "enter_share",
    "issue",
    "of_documents",
    "page",
    "page_of_shares",
    "read",
    "read_share",
]
