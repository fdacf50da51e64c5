"""Loading: variables, files of secrets and the command line become one `Settings`, or one list of what is wrong."""

import difflib
from collections.abc import Mapping
from pathlib import Path

from billhook.kernel.problems import Problem
from billhook.settings.model import MASK, PREFIX, Declaration, Settings, declarations
from billhook.settings.problems import BadSetting, SettingGivenTwice, SettingsRefused, UnknownSetting, UnusableSecret

_NOTHING_GIVEN: Mapping[str, object] = {}


def load(environ: Mapping[str, str], overrides: Mapping[str, object] = _NOTHING_GIVEN) -> Settings:
    """Return the settings of `environ`, beaten by `overrides` (setting names; the command line; None is not given).

    An empty variable counts as not set, as container files pass variables through that nobody set.
    Raises SettingsRefused with every problem found.
    """
    problems: list[Problem] = _unknown(environ, overrides)
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for declared in declarations().values():
        try:
            given = _given(declared, environ, overrides)
            if given is not None:
                text, sources[declared.name] = given
                values[declared.name] = _read(declared, text)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise SettingsRefused(problems)
    return Settings(**values, sources=sources)  # type: ignore[arg-type] # each value was read by its declaration


def _unknown(environ: Mapping[str, str], overrides: Mapping[str, object]) -> list[Problem]:
    """Return a problem for each name nobody declared: a misspelt setting must not silently be a default."""
    every = declarations().values()
    known = [d.variable for d in every] + [d.file_variable for d in every if d.meaning.secret]
    given = [name for name in environ if name.startswith(PREFIX)]
    given += [f"{PREFIX}{name.upper()}" for name in overrides]
    return [
        UnknownSetting(variable=name, nearest=difflib.get_close_matches(name, known, n=1, cutoff=0)[0])
        for name in sorted(set(given) - set(known))
    ]


def _given(
    declared: Declaration, environ: Mapping[str, str], overrides: Mapping[str, object]
) -> tuple[str, str] | None:
    """Return the text given for a setting and where it came from, or None for the default."""
    override = overrides.get(declared.name)
    if override is not None:
        return str(override), "command line"
    text = environ.get(declared.variable, "")
    path = environ.get(declared.file_variable, "") if declared.meaning.secret else ""
    if text and path:
        raise SettingGivenTwice(variable=declared.variable, file_variable=declared.file_variable)
    if path:
        return _contents(declared, path), f"file {path}"
    return (text, "environment") if text else None


def _contents(declared: Declaration, path: str) -> str:
    """Return what a file of a secret holds, without the line break editors leave at its end."""
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UnusableSecret(variable=declared.file_variable, path=path, reason="it is not UTF-8 text") from None
    except OSError as error:
        raise UnusableSecret(variable=declared.file_variable, path=path, reason=error.strerror) from None
    if not text:  # a secret that failed to mount must not quietly become the default
        raise UnusableSecret(variable=declared.file_variable, path=path, reason="it is empty")
    return text


def _read(declared: Declaration, text: str) -> object:
    reading = declared.meaning.reading
    try:
        return reading.read(text)
    except ValueError:
        shown = MASK if declared.meaning.secret else repr(text)
        raise BadSetting(variable=declared.variable, value=shown, accepted=reading.accepted) from None
