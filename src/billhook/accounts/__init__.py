"""Accounts: people and platforms; sign-up, login, access tokens, who may act for whom."""

from billhook.accounts.authentication import Authentication, authenticator
from billhook.accounts.events import CONFIRM, RESET
from billhook.accounts.journeys import (
    change_password,
    log_in,
    request_reset,
    reset_password,
    sign_up,
    sign_up_faults,
)
from billhook.accounts.model import AccessToken, Account, Changes, Granted, Profile
from billhook.accounts.service import (
    acting_for,
    amend,
    children,
    confirm,
    count_children,
    get,
    grant,
    impersonate,
    is_unique,
    log_out,
    new_confirmation,
    new_reset,
    revoke,
    send_confirmation,
    token_list,
)

__all__ = [
    "CONFIRM",
    "RESET",
    "AccessToken",
    "Account",
    "Authentication",
    "Changes",
    "Granted",
    "Profile",
    "acting_for",
    "amend",
    "authenticator",
    "change_password",
    "children",
    "confirm",
    "count_children",
    "get",
    "grant",
    "impersonate",
    "is_unique",
    "log_in",
    "log_out",
    "new_confirmation",
    "new_reset",
    "request_reset",
    "reset_password",
    "revoke",
    "send_confirmation",
    "sign_up",
    "sign_up_faults",
    "token_list",
]
