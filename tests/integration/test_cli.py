"""The commands that do one thing and end; and how the program says in one line why it does not start."""

import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from billhook.kernel import ids
from tests.conftest import TEMPLATE, create_database, url_of
from tests.integration import program
from tests.integration.program import billhook, refusal

place = program.place


@pytest.fixture
async def own_database(worker_name: str) -> AsyncIterator[str]:
    """A migrated database nobody else uses."""
    name = f"{worker_name}_cli"
    yield await create_database(name)
    await execute(url_of("postgres"), f"drop database {os.environ[TEMPLATE]}_{name} with (force)")


async def execute(url: str, sql: str, *arguments: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *arguments)
    finally:
        await connection.close()


def findings(done: object, subject: str) -> list[dict[str, str]]:
    """Return what `doctor --json` says of a subject."""
    return [finding for finding in json.loads(done.stdout) if finding["subject"] == subject]


def test_settings_show_value_source_and_meaning_and_no_secret() -> None:
    given = {"port": "9001", "secret_key": "k" * 40}
    shown = billhook("settings", **given).stdout
    assert "BILLHOOK_PORT=9001  (environment)\n    TCP port to listen on." in shown
    assert "BILLHOOK_WORKERS=1  (default)" in shown
    assert "k" * 40 not in shown
    rows = {row["variable"]: row for row in json.loads(billhook("settings", "--json", **given).stdout)}
    assert rows["BILLHOOK_PORT"]["value"] == "9001"
    assert rows["BILLHOOK_SECRET_KEY"]["value"] == "********"


def test_a_misspelt_setting_is_refused_and_the_nearest_one_named() -> None:
    assert "did you mean BILLHOOK_DATABASE_URL?" in refusal(billhook("serve", databse_url="x"))


def test_help_names_every_command() -> None:
    shown = billhook("--help").stdout
    assert all(f"\n  {name} " in shown for name in "account demo doctor migrate openapi serve settings worker".split())


def test_a_port_that_is_taken_is_told_with_who_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(billhook("serve", "--port", port))
    assert f"Port {port} on 127.0.0.1 is taken" in line
    assert "(process " in line or not Path("/proc/net/tcp").exists()
    assert "--port" in line


def test_an_address_that_is_not_ours_is_told() -> None:
    assert "cannot listen on 192.0.2.1" in refusal(billhook("serve", "--host", "192.0.2.1"))


def test_a_database_that_cannot_be_reached_is_told_without_the_password() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: whoever connects is refused
        port = unused.getsockname()[1]
        line = refusal(billhook("serve", "--port", "0", database_url=f"postgresql://u:geheim@127.0.0.1:{port}/books"))
    assert f"127.0.0.1:{port}/books cannot be used: " in line
    assert "BILLHOOK_DATABASE_URL" in line
    assert "geheim" not in line


def test_a_database_that_does_not_exist_is_told() -> None:
    assert 'database "nonesuch" does not exist' in refusal(billhook("migrate", database_url=url_of("nonesuch")))


async def test_a_newer_database_is_refused(own_database: str) -> None:
    await execute(own_database, "insert into schema_migration (version, name, sha256) values (9999, 'x', 'x')")
    line = refusal(billhook("serve", "--port", "0", database_url=own_database))
    assert "newer than this program" in line
    found = billhook("doctor", "--json", database_url=own_database)
    assert found.returncode == 1
    (migrations,) = findings(found, "migrations")
    assert migrations["verdict"] == "wrong"
    assert migrations["remedy"]


def test_a_data_directory_that_cannot_be_written_is_told(place: Path) -> None:
    place.write_text("a file stands in the way")
    assert str(place) in refusal(billhook("serve", "--port", "0", "--data-dir", place))
    (found,) = findings(billhook("doctor", "--json", "--data-dir", place), "data directory")
    assert found["verdict"] == "wrong"
    assert "BILLHOOK_DATA_DIR" in found["remedy"]


def test_migrate_makes_the_database_and_then_has_nothing_to_do(place: Path) -> None:
    assert "0001_foundation.sql" in billhook("migrate", "--data-dir", place).stdout
    assert billhook("migrate", "--data-dir", place).stdout == "nothing to do\n"


async def test_an_account_is_created_without_a_server_and_where_sign_up_is_closed(own_database: str) -> None:
    arguments = ["account", "create", "--email", "root@example.com"]
    settings = {"database_url": own_database, "signup": "closed"}
    made = billhook(*arguments, "--json", typed="correct horse battery\n", **settings)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout).keys() == {"id", "email", "access_token"}
    assert "already" in refusal(billhook(*arguments, "--password", "correct horse battery", **settings))
    assert "password" in refusal(
        billhook("account", "create", "--email", "x@example.com", "--password", "short", **settings)
    )


def test_the_demo_needs_a_server_that_runs() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        line = refusal(billhook("demo", "--url", f"http://127.0.0.1:{unused.getsockname()[1]}"))
    assert "start it with `billhook serve`" in line


def test_openapi_is_printed() -> None:
    described = json.loads(billhook("openapi").stdout)
    assert described["openapi"].startswith("3.1")
    assert "post" in described["paths"]["/v1/Accounts"]


async def test_the_doctor_finds_nothing_wrong_with_a_sound_installation(own_database: str) -> None:
    found = billhook("doctor", "--verify", database_url=own_database)
    assert found.returncode == 0, found.stdout
    assert "proved for 0 organizations" in found.stdout
    assert found.stdout.endswith("Nothing is wrong.\n")
    assert {line.split()[1] for line in found.stdout.splitlines() if line.startswith("✓")} >= {
        "settings", "address", "database", "clock", "migrations", "jobs", "journal", "press", "mail",
    }  # fmt: skip


async def test_the_doctor_names_dead_and_late_jobs(own_database: str) -> None:
    await execute(
        own_database,
        "insert into jobs.job (kind, state, last_error, run_at, created_at)"
        " values ('document.sending', 'dead', 'SMTPError: no', now(), now()), ('x', 'due', null, now() - interval '1 h', now())",
    )
    found = billhook("doctor", "--json", database_url=own_database)
    assert found.returncode == 1
    dead, late = findings(found, "jobs")
    assert dead["text"] == "1 of kind document.sending were given up, at last with: SMTPError: no"
    assert "more than five minutes" in late["text"]
    assert dead["remedy"]
    assert late["remedy"]


async def test_the_doctor_names_jobs_that_fail_and_are_tried_again(own_database: str) -> None:
    failed = (
        "insert into jobs.job (kind, attempts, last_error, run_at, created_at)"
        " values ('document.sending', {}, 'SMTPError: not now', now() + interval '1 h', now())"
    )
    await execute(own_database, failed.format(1))
    (once,) = findings(billhook("doctor", "--json", database_url=own_database), "jobs")
    said = "none was given up, none is late; 1 of kind document.sending tried again after: SMTPError: not now"
    assert (once["verdict"], once["text"]) == ("ok", said)
    await execute(own_database, failed.format(4))
    (often,) = findings(billhook("doctor", "--json", database_url=own_database), "jobs")
    said = "2 of kind document.sending fail and are tried again, up to 4 times so far, at last with: SMTPError: not now"
    assert (often["verdict"], often["text"]) == ("wrong", said)
    assert often["remedy"]


async def test_the_doctor_names_a_document_that_differs_from_its_journal(own_database: str) -> None:
    shard = ids.new_shard()
    organization, document = ids.new(shard), ids.new(shard)
    await execute(own_database, LIAR, shard, *map(ids.to_uuid, (organization, document)))
    (unproved,) = findings(billhook("doctor", "--json", database_url=own_database), "journal")
    assert unproved["verdict"] == "ok"
    assert "--verify" in unproved["text"]
    found = billhook("doctor", "--verify", "--json", database_url=own_database)
    assert found.returncode == 1
    (journal,) = findings(found, "journal")
    assert f"organization {organization}: document 2026-00001 ({document}) is not balanced" in journal["text"]


async def test_the_doctor_says_how_to_migrate(worker_name: str) -> None:
    name = f"billhook_test_{os.getpid()}_{worker_name}_doctor"
    await execute(url_of("postgres"), f"create database {name}")
    try:
        (found,) = findings(billhook("doctor", "--json", database_url=url_of(name)), "migrations")
        assert "billhook migrate" in found["remedy"]
    finally:
        await execute(url_of("postgres"), f"drop database {name} with (force)")


def test_the_doctor_names_bad_settings_and_stops_there() -> None:
    found = json.loads(billhook("doctor", "--json", port="http", workers="0").stdout)
    assert [finding["verdict"] for finding in found] == ["wrong", "wrong"]
    assert "BILLHOOK_PORT" in found[0]["text"]


def test_the_doctor_makes_no_database(place: Path) -> None:
    found = billhook("doctor", "--data-dir", place)
    assert found.returncode == 0, found.stdout
    assert not place.exists()


async def test_the_doctor_tries_the_mail_server(own_database: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        smtp_url = f"smtp://user:geheim@127.0.0.1:{unused.getsockname()[1]}"
        found = billhook("doctor", "--json", database_url=own_database, smtp_url=smtp_url)
    assert found.returncode == 1
    (mail,) = findings(found, "mail")
    assert "does not take us" in mail["text"]
    assert "BILLHOOK_SMTP_URL" in mail["remedy"]
    (address,) = findings(found, "address")
    assert "BILLHOOK_BASE_URL" in address["remedy"]
    assert "geheim" not in found.stdout


def test_the_doctor_sees_a_password_others_may_read(place: Path) -> None:
    billhook("migrate", "--data-dir", place)
    password = place / "postgres" / "password"
    password.chmod(0o644)
    (found,) = findings(billhook("doctor", "--json", "--data-dir", place), "data directory")
    assert found["remedy"] == f"chmod 600 {password.resolve()}"
    password.chmod(stat.S_IRUSR | stat.S_IWUSR)
    (found,) = findings(billhook("doctor", "--json", "--data-dir", place), "data directory")
    assert found["verdict"] == "ok"


LIAR = """
with organization as (
  insert into organizations.organization (shard, id, account_id, root_account_id, name, locale, timezone, currency,
    rounding, identity, created_at, updated_at)
  values ($1, $2, gen_random_uuid(), gen_random_uuid(), 'Liars Ltd', 'en', 'UTC', 'EUR', 'document', '{}', now(), now())
  returning account_id)
insert into documents.document (shard, id, organization_id, account_id, type, draft, number, date_year, date, currency,
  exponent, decimal_places, rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, issuer, client,
  lines, taxes, reverse_taxes, has_unit, issued_at, created_at, updated_at)
select $1, $3, $2, account_id, 'invoice', false, '2026-00001', 2026, now(), 'EUR', 2, 2, 'document', 'en', 'UTC',
  100, 0, 121, 121, '{}', '{}', '[]', '[]', '[]', false, now(), now(), now() from organization
"""


@pytest.mark.parametrize(
    "command", [("export", "--organization", "0" * 24), ("rates", "import", "rates.csv")], ids=["export", "rates"]
)
def test_a_command_that_works_with_what_is_there_makes_no_database(tmp_path: Path, command: tuple[str, ...]) -> None:
    place = tmp_path / "nothing"
    (tmp_path / "rates.csv").write_text("Date,USD\n2026-11-25,1.1\n")
    arguments = [str(tmp_path / part) if part.endswith(".csv") else part for part in command]
    done = billhook(*arguments, "--data-dir", place)
    assert refusal(done).startswith(f"billhook: There is no Billhook data in {place}")
    assert not place.exists()
