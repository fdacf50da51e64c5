"""What the request log and the months may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

REQUESTS: Final[Columns] = {
    "id": Column("r.id", "id"),
    "accountId": Column("r.account_id", "id"),
    "method": Column("r.method"),
    "host": Column("r.host"),
    "origin": Column("r.origin"),
    "url": Column("r.url"),
    "ip": Column("r.ip"),
    "status": Column("r.status", "whole"),
    "code": Column("r.code"),
    "duration": Column("r.duration_ms", "whole"),
    "createdAt": Column("r.created_at", "instant"),
}

MONTH: Final = "to_char(make_date(m.year, m.month, 1), 'YYYYMM')"
MONTHS: Final[Columns] = {
    "id": Column(MONTH),
    "year": Column("m.year", "whole"),
    "month": Column("m.month", "whole"),
    "documentsCount": Column("m.documents_count", "whole"),
    "organizationsBillableCount": Column("m.organizations_count", "whole"),
}
