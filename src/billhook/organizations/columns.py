"""What organizations may be filtered and sorted by, in the words of the invoicing API."""

from typing import Final

from billhook.web import Column, Columns

REACHABLE: Final[Columns] = {
    "id": Column("id", "id"),
    "name": Column("name"),
    "country": Column("(identity ->> 'country')"),
    "countryAlpha2Code": Column("country_code"),
    "city": Column("(identity ->> 'city')"),
    "zip": Column("(identity ->> 'zip')"),
    "address": Column("(identity ->> 'address')"),
    "taxNumber": Column("(identity ->> 'tax_number')"),
    "companyNumber": Column("(identity ->> 'company_number')"),
    "email": Column("(identity ->> 'email')"),
    "locale": Column("locale"),
    "timezone": Column("timezone"),
    "active": Column("active", "bool"),
    "activatedAt": Column("activated_at", "instant"),
    "deactivatedAt": Column("deactivated_at", "instant"),
    "createdAt": Column("created_at", "instant"),
    "updatedAt": Column("updated_at", "instant"),
    "custom": Column("custom", "custom"),
}

ACCESS: Final[Columns] = {
    "id": Column("a.id", "id"),
    "accountId": Column("a.account_id", "id"),
    "organizationId": Column("a.organization_id", "id"),
    "role": Column("a.role"),
    "active": Column("a.active", "bool"),
    "disabled": Column("a.disabled", "bool"),
    "rejected": Column("a.rejected", "bool"),
    "invitationEmail": Column("a.invitation_email"),
    "inviterId": Column("a.inviter_id", "id"),
    "inviterMasterId": Column("a.inviter_root_id", "id"),
    "createdAt": Column("a.created_at", "instant"),
    "updatedAt": Column("a.updated_at", "instant"),
    "custom": Column("a.custom", "custom"),
}
