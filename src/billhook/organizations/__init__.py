"""Tenants: the legal entities that sell. Identity, settings, branding, and who may act for them."""

from billhook.organizations.branding import image, put_image, remove_image
from billhook.organizations.model import (
    Deactivated,
    Entered,
    NewOrganization,
    Organization,
    ReadOnlyAccess,
    Setting,
    is_email,
)
from billhook.organizations.service import (
    activate,
    admit,
    change,
    change_setting,
    count_reachable,
    create,
    enter,
    enter_setting,
    list_reachable,
    list_settings,
    put_setting,
    read,
    remove_setting,
)

__all__ = [
    "Deactivated",
    "Entered",
    "NewOrganization",
    "Organization",
    "ReadOnlyAccess",
    "Setting",
    "activate",
    "admit",
    "change",
    "change_setting",
    "count_reachable",
    "create",
    "enter",
    "enter_setting",
    "image",
    "is_email",
    "list_reachable",
    "list_settings",
    "put_image",
    "put_setting",
    "read",
    "remove_image",
    "remove_setting",
]
