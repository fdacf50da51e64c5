"""Settings: where values come from, what is refused, and that secrets stay secret."""

from pathlib import Path

import pytest

from billhook import settings
from billhook.settings.model import declarations

SECRETS = {
    *("database_url", "smtp_url", "secret_key"),
    *("stripe_secret_key", "stripe_webhook_secret", "stripe_connect_webhook_secret"),
}


def refusals(environ: dict[str, str], **overrides: object) -> list[str]:
    with pytest.raises(settings.SettingsRefused) as refused:
        settings.load(environ, overrides)
    return [problem.message for problem in refused.value.problems]


def test_nothing_given_is_every_default():
    loaded = settings.load({"PATH": "/bin", "HOME": "/root"})
    assert loaded == settings.Settings()
    assert {row.source for row in settings.describe(loaded)} == {"default"}
    assert loaded.token_ttl_seconds == 5_184_000
    assert loaded.request_body_bytes == 10_485_760


def test_every_field_but_sources_is_declared_and_reads_its_own_default():
    assert [*declarations(), "sources"] == list(settings.Settings.__struct_fields__)
    for declared in declarations().values():
        if declared.default != "":
            value = declared.meaning.reading.read(
                str(declared.default).lower() if declared.default is True else str(declared.default)
            )
            assert value == declared.default, declared.name
            assert type(value) is type(declared.default) or isinstance(value, Path), declared.name
        assert declared.meaning.text.endswith(".")
    assert {d.name for d in declarations().values() if d.meaning.secret} == SECRETS


def test_environment_is_read_and_the_command_line_wins():
    loaded = settings.load(
        {"BILLHOOK_PORT": "9000", "BILLHOOK_DEMO": "off", "BILLHOOK_DATA_DIR": "/srv/b", "BILLHOOK_HOST": "0.0.0.0"},
        {"port": 9001, "workers": None, "demo": True},
    )
    assert (loaded.port, loaded.workers, loaded.demo, loaded.data_dir) == (9001, 1, True, Path("/srv/b"))
    rows = {row.variable: (row.value, row.source) for row in settings.describe(loaded)}
    assert rows["BILLHOOK_PORT"] == ("9001", "command line")
    assert rows["BILLHOOK_DEMO"] == ("true", "command line")
    assert rows["BILLHOOK_HOST"] == ("0.0.0.0", "environment")
    assert rows["BILLHOOK_WORKERS"] == ("1", "default")


def test_an_empty_variable_is_not_set():
    assert settings.load({"BILLHOOK_PORT": "", "BILLHOOK_SMTP_URL_FILE": ""}) == settings.Settings()


def test_a_secret_comes_from_a_file_without_its_line_break(tmp_path):
    file = tmp_path / "db"
    file.write_text("postgresql://u:p@db/billhook\n")
    loaded = settings.load({"BILLHOOK_DATABASE_URL_FILE": str(file)})
    assert loaded.database_url == "postgresql://u:p@db/billhook"
    row = settings.describe(loaded)[0]
    assert (row.value, row.source, row.secret) == ("********", f"file {file}", True)


def test_a_secret_given_twice_or_from_no_file_is_refused(tmp_path):
    twice = {"BILLHOOK_SECRET_KEY": "k" * 32, "BILLHOOK_SECRET_KEY_FILE": "/x"}
    assert refusals(twice) == ["BILLHOOK_SECRET_KEY and BILLHOOK_SECRET_KEY_FILE are both set; keep one of them."]
    absent = tmp_path / "absent"
    assert refusals({"BILLHOOK_SMTP_URL_FILE": str(absent)}) == [
        f"BILLHOOK_SMTP_URL_FILE names the file {absent}, which cannot be used: No such file or directory."
    ]
    (tmp_path / "empty").write_text("\n")
    assert "it is empty" in refusals({"BILLHOOK_DATABASE_URL_FILE": str(tmp_path / "empty")})[0]
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in refusals({"BILLHOOK_SMTP_URL_FILE": str(tmp_path / "binary")})[0]


def test_an_unknown_variable_names_the_nearest():
    assert refusals({"BILLHOOK_PROT": "1"}) == ["There is no setting BILLHOOK_PROT; did you mean BILLHOOK_PORT?"]
    assert "BILLHOOK_PORT?" in refusals({"BILLHOOK_PORT_FILE": "/x"})[0]  # only secrets come from files
    assert "BILLHOOK_LOG_LEVEL?" in refusals({}, loglevel="debug")[0]


def test_all_problems_are_told_at_once_and_never_a_secret():
    told = refusals(
        {
            "BILLHOOK_PORT": "http",
            "BILLHOOK_WORKERS": "0",
            "BILLHOOK_SMTP_URL": "ftp://me:hunter2@mail",
            "BILLHOOK_COLOUR": "red",
        }
    )
    assert len(told) == 4
    assert "BILLHOOK_PORT is 'http', but must be a whole number from 1 to 65535." in told
    assert "BILLHOOK_WORKERS is '0', but must be a whole number from 1 to 64." in told
    assert not any("hunter2" in line for line in told)
    assert any(line.startswith("BILLHOOK_SMTP_URL is ********, but must be smtp://") for line in told)


@pytest.mark.parametrize(
    ("variable", "bad"),
    [
        ("PORT", "65536"),
        ("PORT", "8e3"),
        ("PORT", "٣"),
        ("PORT", "1" * 30),
        ("HOST", "two words"),
        ("TOKEN_TTL_SECONDS", "-2"),
        ("TOKEN_TTL_SECONDS", "0"),
        ("DEMO", "maybe"),
        ("SIGNUP", "ajar"),
        ("ROUNDING", "up"),
        ("LOG_LEVEL", "loud"),
        ("SECRET_KEY", "short"),
        ("DATA_DIR", "a\0b"),
        ("DATABASE_URL", "mysql://db/x"),
        ("DATABASE_URL", "postgresql://db:port/x"),
        ("BASE_URL", "billing.example.com"),
        ("BASE_URL", "https://user@example.com"),
        ("BASE_URL", "https://example.com?a=1"),
        ("BASE_URL", "https://example.com\n"),
        ("SMTP_URL", "mail.example.com:25"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail:0"),
        ("SMTP_URL", "smtp://mail:99999"),
        ("SMTP_URL", "smtps://mail/path"),
        ("SMTP_URL", "smtp://[::1"),
        ("MAIL_FROM", "Billhook"),
        ("MAIL_FROM", "a@b\nBcc: c@d"),
        ("MAIL_FROM", "a@b, c@d"),
    ],
)
def test_what_is_not_accepted_is_refused(variable, bad):
    (message,) = refusals({f"BILLHOOK_{variable}": bad})
    accepted = declarations()[variable.lower()].meaning.reading.accepted
    assert message.startswith(f"BILLHOOK_{variable} is ")
    assert message.endswith(f"must be {accepted}.")


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("TOKEN_TTL_SECONDS", "-1", -1),
        ("LOG_LEVEL", "DEBUG", "debug"),
        ("DEMO", "No", False),
        ("BASE_URL", "https://example.com/billing/", "https://example.com/billing"),
        ("MAIL_FROM", "billing@example.com", "billing@example.com"),
        ("MAIL_FROM", '"Smith, Ltd" <a@b.c>', '"Smith, Ltd" <a@b.c>'),
        ("DATABASE_URL", "postgres:///billhook?host=/run/pg", "postgres:///billhook?host=/run/pg"),
    ],
)
def test_what_is_accepted_is_read(variable, text, value):
    assert getattr(settings.load({f"BILLHOOK_{variable}": text}), variable.lower()) == value


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("smtp://mail", ("smtp", "mail", 25, "", "")),
        ("smtps://me%40x.y:p%2Fw@mail.x.y", ("smtps", "mail.x.y", 465, "me@x.y", "p/w")),
        ("starttls://u:p@mail:2525/", ("starttls", "mail", 2525, "u", "p")),
    ],
)
def test_mail_servers(url, parts):
    server = settings.smtp_server(url)
    assert (server.security, server.host, server.port, server.user, server.password) == parts
    assert settings.load({"BILLHOOK_SMTP_URL": url}).smtp_url == url
    assert repr(server) == f"SmtpServer({parts[0]}://{parts[1]}:{parts[2]})"


def test_settings_never_print_a_secret():
    secrets = {"BILLHOOK_SECRET_KEY": "s3cr3t" * 8, "BILLHOOK_DATABASE_URL": "postgresql://u:hunter2@db/x"}
    loaded = settings.load(secrets)
    shown = repr(loaded) + str(loaded) + str(settings.describe(loaded))
    assert "s3cr3t" not in shown
    assert "hunter2" not in shown
    assert "port=8000" in shown


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"BILLHOOK_HOST": "0.0.0.0", "BILLHOOK_PORT": "80"}, "http://localhost:80"),
        ({"BILLHOOK_HOST": "::1"}, "http://[::1]:8000"),
        ({"BILLHOOK_BASE_URL": "https://pay.example.com"}, "https://pay.example.com"),
    ],
)
def test_public_url(environ, url):
    assert settings.load(environ).public_url() == url


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        settings.Settings().port = 1  # type: ignore[misc]
