"""What accounts and their tokens may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

CHILDREN: Final[Columns] = {
    "id": Column("a.id", "id"),
    "email": Column("a.email"),
    "emailVerified": Column("a.email_verified", "bool"),
    "masterId": Column("a.root_id", "id"),
    "parentId": Column("a.parent_id", "id"),
    "locale": Column("a.locale"),
    "firstname": Column("(a.profile ->> 'firstname')"),
    "lastname": Column("(a.profile ->> 'lastname')"),
    "taxNumber": Column("(a.profile ->> 'tax_number')"),
    "role": Column("(a.profile ->> 'role')"),
    "label": Column("(a.profile ->> 'label')"),
    "username": Column("(a.profile ->> 'username')"),
    "createdAt": Column("a.created_at", "instant"),
    "updatedAt": Column("a.updated_at", "instant"),
    "custom": Column("a.custom", "custom"),
}

TOKENS: Final[Columns] = {
    "id": Column("t.id", "id"),
    "userId": Column("t.account_id", "id"),
    "ttl": Column("t.ttl_seconds", "whole"),
    "created": Column("t.created_at", "instant"),
    "hint": Column("t.hint"),
}
