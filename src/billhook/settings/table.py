"""The settings as a table, for `billhook settings` and the reference page."""

import msgspec

from billhook.settings.model import Settings, declarations


class SettingRow(msgspec.Struct, frozen=True):
    """One setting: its variable, its value as text (secrets masked), where the value came from, what it means."""

    variable: str
    value: str
    source: str
    """`default`, `environment`, `file /path` or `command line`."""
    meaning: str
    accepted: str
    secret: bool
    """A secret can also be given as a file, named by the variable with `_FILE` behind it."""


def describe(settings: Settings) -> list[SettingRow]:
    """Return a row for each setting, in the order of declaration; `describe(Settings())` shows the defaults."""
    return [
        SettingRow(
            variable=declared.variable,
            value=declared.show(getattr(settings, name)),
            source=settings.sources.get(name, "default"),
            meaning=declared.meaning.text,
            accepted=declared.meaning.reading.accepted,
            secret=declared.meaning.secret,
        )
        for name, declared in declarations().items()
    ]
