"""Write the generated pages of docs/reference: `python tools/build_reference_docs.py [--check]`.

Problems, settings, events and filter names are said once, in the code; these pages only show them. With `--check`
nothing is written and the exit status says whether the pages are up to date.
"""

import ast
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from billhook.accounts import columns as of_accounts
from billhook.catalog import columns as of_catalog
from billhook.categories import columns as of_categories
from billhook.clients import columns as of_clients
from billhook.documents import columns as of_documents
from billhook.events import TYPES, schema_of
from billhook.kernel.problems import Kind, Problem
from billhook.organizations import columns as of_organizations
from billhook.payments import columns as of_payments
from billhook.processing import columns as of_processing
from billhook.recurring import columns as of_recurring
from billhook.settings import SettingRow, Settings, describe
from billhook.units import columns as of_units
from billhook.usage import columns as of_usage
from billhook.web import STATUS_OF, Columns
from billhook.webhooks import columns as of_webhooks

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
REFERENCE = ROOT / "docs/reference"
MARK = "<!-- Written by tools/build_reference_docs.py from the code. Change the code, then run it again. -->"

WHAT_TO_DO = {
    Kind.MALFORMED: "The body or the query cannot be read at all. Mend the client; the same request fails again.",
    Kind.UNAUTHENTICATED: "Send a live access token of an account that may do this. What exists but is not yours "
    "answers the same as what does not exist.",
    Kind.NOT_FOUND: "What the path names is not there. Check the path.",
    Kind.CONFLICT: "The present state stands against it. Read the state, then decide.",
    Kind.TOO_LARGE: "Send less, or let the operator raise the limit.",
    Kind.INVALID: "Mend what `details` names (see below) and send it again; nothing was changed.",
    Kind.THROTTLED: "Wait for as many seconds as the header `retry-after` says, then try again.",
    Kind.UNAVAILABLE: "Try again shortly; a new document with the same `uniqueId`, as the first one may have arrived.",
}
"""What a client does about each kind of refusal."""

FIELD_CODES = {
    "advance": "names an advance that cannot be deducted",
    "ambiguous": "can be read in two ways",
    "credit": "is more than is owed, or than the client's credit comes to",
    "date": "is a day that does not fit another one",
    "draft": "cannot be had while the document is a draft",
    "exclusion": "cannot be said together with another one",
    "expired": "was good once and no longer is",
    "format": "is not written as it has to be",
    "immutable": "can be set once and then stays",
    "inclusion": "is none of the values there are",
    "json": "is not JSON",
    "length": "has too few or too many characters",
    "mismatch": "is not what it has to agree with",
    "numericality": "is not a number within the limits",
    "presence": "is missing or empty",
    "read_only": "cannot be set here",
    "too_deep": "is nested too deep",
    "too_large": "is larger than is taken in",
    "too_many": "are more than are taken at once",
    "type": "is of another type: a text where a number is needed",
    "uniqueness": "is taken",
    "unreadable": "holds a file that is damaged",
    "unsafe": "holds a picture that runs or loads something",
    "unknown_field": "cannot be filtered or sorted by",
    "unknown_key": "is no part of a filter",
    "unknown_operator": "is no operator of the filter language",
    "unknown_relation": "cannot be included",
}
"""The codes of `details.codes`, with an end for the sentence "the field …"."""

WITHOUT_CLASS = (
    ("ROUTE_NOT_FOUND", 404, "There is no such route."),
    ("METHOD_NOT_ALLOWED", 405, "The route does not take this method."),
    ("REFUSED", "4xx", "The HTTP layer refused the request for another reason; the message says which."),
    ("INTERNAL_ERROR", 500, "A mistake of ours. The message holds a request id; the log has the rest under it."),
)
"""What `api/envelope.py` answers without a problem of ours."""

AT_THE_COMMAND = ("billhook.cli", "billhook.settings", "billhook.db.embedded", "billhook.db.schema")
"""Where problems come from that no request can meet."""
BEHIND_THE_SCENES = ("billhook.jobs", "billhook.delivery")


def problems() -> list[type[Problem]]:
    """Return every problem class of the house that has a code, sorted by code."""
    for module in sorted(_modules_with_problems()):
        importlib.import_module(module)
    found: list[type[Problem]] = []
    waiting = [Problem]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "code" in vars(kind) and kind is not Problem and kind.__module__.startswith("billhook."):
            found.append(kind)
    return sorted(found, key=lambda kind: kind.code)


def _modules_with_problems() -> Iterator[str]:
    """Yield the modules that declare a code; others are not imported, as some are programs."""
    for path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(_sets_code(part) for part in node.body):
                parts = path.relative_to(SRC).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _sets_code(part: ast.stmt) -> bool:
    return isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "code"


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((SRC / "billhook").rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def field_codes() -> set[str]:
    """Return every code of a single field that the house gives."""
    position = {"Fault": 1, "invalid": 2, "add": 1, "_refusal": 1}
    found = set()
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                at = position.get(ast.unparse(node.func).rpartition(".")[2])
                code = node.args[at] if at is not None and len(node.args) > at + 1 else None
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.add(code.value)
    return found


def _message(kind: type[Problem]) -> str:
    """Return the docstring, with what differs from case to case in italics."""
    text = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    text = re.sub(r"(?<=\w)\{", " {", text)
    return re.sub(r"\{(\w+)\}", lambda match: f"*{match[1].replace('_', ' ')}*", text)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _by_place() -> tuple[list[type[Problem]], list[type[Problem]], list[type[Problem]]]:
    """Return the problems of requests, of commands, and of work in the background."""
    every = problems()
    commands = [kind for kind in every if kind.__module__.startswith(AT_THE_COMMAND)]
    behind = [kind for kind in every if kind.__module__.startswith(BEHIND_THE_SCENES)]
    return [kind for kind in every if kind not in commands and kind not in behind], commands, behind


def problems_page() -> str:
    """Return docs/reference/problems.md."""
    requests, commands, behind = _by_place()
    met = {kind.kind for kind in requests}
    answers: list[tuple[str, object, str]] = [
        (f"`{kind.code}`", STATUS_OF[kind.kind], _message(kind)) for kind in requests
    ]
    answers += [(f"`{code}`", status, text) for code, status, text in WITHOUT_CLASS]
    return f"""# Problems

{MARK}

Everything that is refused has a stable code. Programs should look at the code; messages are for people and may be
reworded. *Italics* stand for what differs from case to case.

The invoicing API answers `{{"error": {{"statusCode", "name", "message", "code", "details"}}}}`.

## What to do, by status

{_table(("Status", "What to do"), ((STATUS_OF[kind], text) for kind, text in WHAT_TO_DO.items() if kind in met))}

A status of 500 is a mistake of ours, whatever the request was: please report it with its request id.

## Codes in answers of the API

{_table(("Code", "Status", "Message"), sorted(answers))}

## Codes of single fields

With `VALIDATION_FAILED`, `details.codes` names what is wrong with each field, and `details.messages` says it in words.
Everything in a body that is of the wrong shape is listed at once, and then everything that breaks a rule. Fields of
lines have paths such as `_documentItems.0.price`.

{_table(("Code", "The field …"), ((f"`{code}`", FIELD_CODES[code]) for code in sorted(field_codes())))}

## Codes of commands

A command that is refused prints `billhook: ` and the message on standard error, and ends with status 1. No request
meets these codes.

{_table(("Code", "Message"), ((f"`{kind.code}`", _message(kind)) for kind in commands))}

## Codes behind the scenes

These end up in the log and in the outbox (`jobs.job.last_error`), never in an answer.

{_table(("Code", "Message"), ((f"`{kind.code}`", _message(kind)) for kind in behind))}
"""


def settings_page() -> str:
    """Return docs/reference/settings.md."""
    rows = describe(Settings())
    secrets = ", ".join(f"`{row.variable}`" for row in rows if row.secret)
    return f"""# Settings

{MARK}

Settings are environment variables. `billhook settings` shows what holds at present and where each value came from. A
variable that is empty counts as not set; one that begins with `BILLHOOK_` and is not in this table is refused, and so
is a value that is not accepted. All that is wrong is said at once.

A secret can be given in a file instead: {secrets} may each be named with `_FILE` behind it and then hold the path.

{_table(("Variable", "Default", "Meaning", "Accepts"), map(_setting, rows))}
"""


def _setting(row: SettingRow) -> tuple[str, str, str, str]:
    return f"`{row.variable}`", f"`{row.value}`" if row.value else "", row.meaning, row.accepted


def events_page() -> str:
    """Return docs/reference/events.md."""
    rooms = "\n\n".join(_room(path) for path in sorted((SRC / "billhook").rglob("events.py")))
    facts = dict.fromkeys(announced.facts for announced in TYPES.values())
    told = "\n\n".join(_told(kind) for kind in facts)
    return f"""# Events

{MARK}

What has happened in an organization is told to programs by the feed, `GET /v1/Organizations/:id/events`
([catch up after an outage](../guides/catch-up.md)), and in the same words by webhooks
([verify a webhook](../guides/verify-a-webhook.md)). An event is written by the database in the transaction that made it
so: there is none of what did not happen, and none is missing. It is never changed and never removed.

Every event has `id` (unique; also its place in the feed), `type`, `timestamp`, `organizationId`, `data`, and the same
in the words of the dialect: `event` (`document/create`, `document/update`, `document/delete`), `modelName`, `uid`. What
`data` holds depends on the type. Amounts are in major units of `currencyId`; names and addresses of people are in none.
New types and new fields may come: pass over what you do not know.

{told}

## Inside the house

The rooms of Billhook announce to each other by rows of the outbox (`jobs.job`): a kind, and a payload that holds ids
and what only the moment knew. These are no part of the API. They, too, are written in the transaction of what they
announce; they are worked off at least once, and whoever reacts has to find out what was done already.

{rooms}
"""


def _told(facts: type) -> str:
    """Return what is told of one sort of thing: the types, and the schema of their data."""
    types = [announced for announced in TYPES.values() if announced.facts is facts]
    models = " and ".join(f"`{model}`" for model in dict.fromkeys(one.name.partition(".")[0] for one in types))
    schema = schema_of(types[0].name)
    lines = ",\n".join(f'    "{name}": {json.dumps(said)}' for name, said in schema["properties"].items())
    required = json.dumps(schema["required"])
    written = f'{{\n  "type": "object",\n  "properties": {{\n{lines}\n  }},\n  "required": {required}\n}}'
    about = " ".join((inspect.getdoc(facts) or "").split())
    rows = ((f"`{one.name}`", one.meaning) for one in types)
    heading = (
        models if facts.__name__ not in ("RefundFacts", "DisputeFacts") else f"{models}, {facts.__name__[:-5].lower()}s"
    )
    return f"## {heading}\n\n{about}\n\n{_table(('Type', 'Meaning'), rows)}\n\n```json\n{written}\n```"


def _room(path: Path) -> str:
    tree = ast.parse(path.read_text("utf-8"))
    rows = [
        (f"`{above.value.value!s}`", " ".join(str(ast.literal_eval(below.value)).split()))
        for above, below in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(above, ast.AnnAssign) and isinstance(above.value, ast.Constant) and isinstance(below, ast.Expr)
    ]
    about = " ".join((ast.get_docstring(tree) or "").split())
    return f"### {path.parent.name}\n\n{about}\n\n{_table(('Event', 'Meaning'), rows)}"


def filter_names_page() -> str:
    """Return docs/reference/filter-names.md."""
    return f"""# What lists can be filtered and sorted by

{MARK}

The language is described in [filters.md](filters.md). Amounts are in major units. `custom` stands for any key of the
free-form data: `custom.color`.

## Documents

{_names(of_documents.COLUMNS)}

## Payments

{_names(of_payments.PAYMENTS)}

## Journal

{_names(of_payments.ENTRIES)}

## Clients

{_names(of_clients.CLIENTS)}
## Recurrences

{_names(of_recurring.RECURRENCES)}

## Request log

{_names(of_usage.REQUESTS)}

## Usage by month

{_names(of_usage.MONTHS)}

## Units

{_names(of_units.UNITS)}

## Webhooks

{_names(of_webhooks.WEBHOOKS)}

## Payment intents

{_names(of_processing.INTENTS)}

## Transactions

{_names(of_processing.TRANSACTIONS)}

## Items

{_names(of_catalog.ITEMS)}

## Taxes

{_names(of_catalog.TAXES)}
## Categories

{_names(of_categories.CATEGORIES)}

## Shares of documents in categories

{_names(of_categories.SHARES)}

## Organizations

{_names(of_organizations.REACHABLE)}

## Who may act for an organization

{_names(of_organizations.ACCESS)}

## Child accounts

{_names(of_accounts.CHILDREN)}

## Access tokens

{_names(of_accounts.TOKENS)}
"""


def _names(columns: Columns) -> str:
    return _table(("Name", "Type"), sorted((f"`{name}`", column.type) for name, column in columns.items()))


PAGES = {
    "problems.md": problems_page,
    "settings.md": settings_page,
    "events.md": events_page,
    "filter-names.md": filter_names_page,
}


def main(arguments: list[str]) -> None:
    """Write every page, or with `--check` say which are out of date."""
    stale = []
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, "utf-8")
    if stale and "--check" in arguments:
        sys.exit(f"out of date: {', '.join(stale)}; run tools/build_reference_docs.py")


if __name__ == "__main__":
    main(sys.argv[1:])
