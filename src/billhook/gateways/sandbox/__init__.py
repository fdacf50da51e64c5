"""The sandbox: a payment provider without money, for trying things out; what its pages do is offered here."""

from billhook.gateways.sandbox.cards import MESSAGES, account_of, digits, fault_of_card, fault_of_iban
from billhook.gateways.sandbox.counter import (
    Paper,
    Troubles,
    answer,
    approve,
    decide,
    form,
    merchant_form,
    pay,
    set_troubles,
    submit,
    troubles,
)
from billhook.gateways.sandbox.gateway import NAME, SandboxGateway
from billhook.gateways.sandbox.jobs import handlers
from billhook.gateways.sandbox.model import ANSWERS, NOTICES, SandboxMerchant, SandboxPayment

__all__ = [
    "ANSWERS",
    "MESSAGES",
    "NAME",
    "NOTICES",
    "Paper",
    "SandboxGateway",
    "SandboxMerchant",
    "SandboxPayment",
    "Troubles",
    "account_of",
    "answer",
    "approve",
    "decide",
    "digits",
    "fault_of_card",
    "fault_of_iban",
    "form",
    "handlers",
    "merchant_form",
    "pay",
    "set_troubles",
    "submit",
    "troubles",
]
