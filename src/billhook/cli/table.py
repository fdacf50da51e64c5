"""The settings, shown."""

import textwrap

import msgspec

from billhook.settings import SettingRow

WIDTH = 100


def rows_as_table(rows: list[SettingRow]) -> str:
    """Return three lines a setting: variable and value, where the value came from, what it means and accepts."""
    return "\n".join(line for row in rows for line in _lines(row))


def _lines(row: SettingRow) -> list[str]:
    meaning = f"{row.meaning} Accepts {row.accepted}."
    if row.secret:
        meaning += f" A file can hold it: {row.variable}_FILE."
    return [
        f"{row.variable}={row.value}  ({row.source})",
        *textwrap.wrap(meaning, WIDTH, initial_indent="    ", subsequent_indent="    "),
    ]


def rows_as_json(rows: list[SettingRow]) -> str:
    """Return the rows as a JSON array."""
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
