"""The verbs that leave the house: short transactions with a gateway between them, none open while it is waited for."""

from billhook.processing.journeys.charging import NewCharge, charge_as_planned, charge_by_itself, charge_document
from billhook.processing.journeys.collecting import cancel, charge, collect, create, payable
from billhook.processing.journeys.connecting import connect, reconnect
from billhook.processing.journeys.crediting import (
    DESTINATIONS,
    REFUND_OF,
    NewNote,
    WantedLine,
    WantedRefund,
    give_note,
    preview_note,
)
from billhook.processing.journeys.forms import Form, open_form
from billhook.processing.journeys.looking import (
    SharedIntent,
    look,
    look_shared,
    noticed,
    sweep,
    take_notice,
    take_operator_notice,
)
from billhook.processing.journeys.onboarding import enable, follow, link, onboard, play_approval, refresh, status
from billhook.processing.journeys.paying import pay, play_answer, play_payment
from billhook.processing.journeys.refunding import refund
from billhook.processing.journeys.till import Till

__all__ = [
    "DESTINATIONS",
    "REFUND_OF",
    "Form",
    "NewCharge",
    "NewNote",
    "SharedIntent",
    "Till",
    "WantedLine",
    "WantedRefund",
    "cancel",
    "charge",
    "charge_as_planned",
    "charge_by_itself",
    "charge_document",
    "collect",
    "connect",
    "create",
    "enable",
    "follow",
    "give_note",
    "link",
    "look",
    "look_shared",
    "noticed",
    "onboard",
    "open_form",
    "pay",
    "payable",
    "play_answer",
    "play_approval",
    "play_payment",
    "preview_note",
    "reconnect",
    "refresh",
    "refund",
    "status",
    "sweep",
    "take_notice",
    "take_operator_notice",
]
