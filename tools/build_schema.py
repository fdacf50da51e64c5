"""Write `src/billhook/db/schema.sql`, the schema as the migrations leave it: `python tools/build_schema.py [--check]`.

A throw-away PostgreSQL is started, migrated and dumped; nothing else is touched. With `--check` nothing is written and
the exit status says whether the file is up to date. The file is for reading: no program applies it.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from billhook.db import embedded, migrate
from billhook.db.embedded import binaries

SCHEMA = Path(__file__).parents[1] / "src/billhook/db/schema.sql"
HEAD = """\
-- The whole schema, as the migrations leave it. For reading only: migrations/ is what is applied, and
-- tools/build_schema.py writes this file from it. Why things are as they are is said in the migrations.
"""
# What differs from dump to dump (versions, a random key of psql's) or says nothing about the schema.
_NOISE = re.compile(
    r"^(--.*|\\(un)?restrict .*|SET [a-z_]+ = .*;|SELECT pg_catalog\.set_config\(.*\);)\n", re.MULTILINE
)
_BLANK_LINES = re.compile(r"\n{3,}")


def dump(url: str) -> str:
    """Return the schema of a migrated database as text that is the same on every run."""
    nowhere = Path(tempfile.gettempdir())
    program = binaries.find(nowhere, None, None).directory / "pg_dump"
    command = [str(program), "--schema-only", "--no-owner", url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return HEAD + "\n" + _BLANK_LINES.sub("\n\n", _without_noise(told)).strip() + "\n"


def _without_noise(dumped: str) -> str:
    """Drop noise outside of function bodies: a comment within one is part of the schema."""
    parts = dumped.split("$$")
    return "$$".join(part if at % 2 else _NOISE.sub("", part) for at, part in enumerate(parts))


def main(arguments: list[str]) -> None:
    """Dump the schema of a fresh database."""
    with tempfile.TemporaryDirectory(prefix="billhook-schema-") as folder:
        Path(folder).chmod(0o755)  # the server may have to run as another user
        with embedded.start(Path(folder) / "data") as cluster:
            asyncio.run(migrate(cluster.owner_url))
            text = dump(cluster.owner_url)
    if "--check" not in arguments:
        SCHEMA.write_text(text, "utf-8")
    elif not SCHEMA.exists() or SCHEMA.read_text("utf-8") != text:
        sys.exit("src/billhook/db/schema.sql is out of date: run tools/build_schema.py")


if __name__ == "__main__":
    main(sys.argv[1:])
