"""The catalogue of events against what the database writes: neither knows a type that the other does not."""

import json
import re

import asyncpg
import jsonschema_rs
from tests.contract.test_docs import DOCS, blocks

from billhook.events import TYPES, schema_of

STATES = ("initiated", "requires_action", "processing", "succeeded", "captured", "failed", "expired", "canceled")


async def written(database_url: str) -> set[str]:
    """Every type that stands in a trigger's function, those put together of a name and a word spelled out."""
    owner = await asyncpg.connect(database_url)
    try:
        bodies = " ".join(r[0] for r in await owner.fetch(
            "select prosrc from pg_proc where pronamespace = 'events'::regnamespace and proname like 'on\\_%'"))  # fmt: skip
        things = [r[0] for r in await owner.fetch(
            "select tgargs::text from pg_trigger where tgfoid = 'events.on_thing'::regproc and tgtype & 4 <> 0")]  # fmt: skip
    finally:
        await owner.close()
    models = {name.partition(".")[0] for name in TYPES}
    found = {name for name in re.findall(r"'([a-z_]+\.[a-z_]+)'", bodies) if name.partition(".")[0] in models}
    assert "'client.' ||" in bodies
    assert "'payment_intent.' ||" in bodies
    named = [bytes.fromhex(thing.removeprefix("\\x")).decode().rstrip("\0") for thing in things]
    found |= {f"{model}.{done}" for model in ["client", *named] for done in ("created", "updated", "deleted")}
    return found | {f"payment_intent.{state}" for state in STATES}


async def test_what_is_written_is_in_the_catalogue_and_the_other_way_round(database_url: str) -> None:
    assert await written(database_url) ^ set(TYPES) == set()


def test_every_schema_is_one_and_stands_in_the_reference() -> None:
    shown = [json.loads(block) for block in blocks(DOCS / "reference" / "events.md", "json")]
    for name in TYPES:
        schema = schema_of(name)
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema in shown, name
