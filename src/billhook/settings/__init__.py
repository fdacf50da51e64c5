"""Settings: one frozen object, read once from `BILLHOOK_*` variables; every setting is declared in `model.py`."""

from billhook.settings.environment import load
from billhook.settings.model import Settings
from billhook.settings.problems import BadSetting, SettingGivenTwice, SettingsRefused, UnknownSetting, UnusableSecret
from billhook.settings.readings import SmtpServer, smtp_server
from billhook.settings.sealing import Seal, Unsealable
from billhook.settings.table import SettingRow, describe

__all__ = [
    "BadSetting",
    "Seal",
    "SettingGivenTwice",
    "SettingRow",
    "Settings",
    "SettingsRefused",
    "SmtpServer",
    "UnknownSetting",
    "Unsealable",
    "UnusableSecret",
    "describe",
    "load",
    "smtp_server",
]
