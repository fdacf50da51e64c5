"""Units: branches of an organization with an own address, own document numbers and own pictures."""

from billhook.units.model import Unit
from billhook.units.service import (
    change,
    count,
    create,
    delete,
    enter,
    has_image,
    image,
    page,
    put_image,
    read,
    remove_image,
)

__all__ = [
    "Unit",
    "change",
    "count",
    "create",
    "delete",
    "enter",
    "has_image",
    "image",
    "page",
    "put_image",
    "read",
    "remove_image",
]
