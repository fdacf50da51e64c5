"""Creating the database: aside, under a name of its own, then renamed, so that it is there whole or not at all."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from billhook.db.embedded.account import Account
from billhook.db.embedded.binaries import Binaries
from billhook.db.embedded.child import Child
from billhook.db.embedded.home import Home, write_private
from billhook.db.embedded.problems import ForeignData, InitFailed

SUPERUSER = "postgres"
_BUILTIN_LOCALES = 17


def create(home: Home, binaries: Binaries, account: Account | None, how: str) -> None:
    """Create the database of `home`, which has none. Raises ForeignData, InitFailed."""
    _make_room(home)
    # Each attempt has a name of its own: an initdb that outlived its killed parent works on a directory nobody uses.
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=home.path))
    write_private(draft / "password", home.make_password())
    if account is not None:
        for path in (draft / "password", draft):
            os.chown(path, account.uid, account.gid)
    log = home.open_log()
    try:
        since = os.fstat(log).st_size
        initdb = Child(_command(binaries, draft), how=how, account=account, on_death=signal.SIGTERM, output=log)
        initdb.wait()
    finally:
        os.close(log)
    if initdb.exit_status != 0:
        raise InitFailed(data=home.data, log=home.log, tail=home.log_tail(since))
    (draft / "data").rename(home.data)
    home.sync()
    shutil.rmtree(draft)


def clear(home: Home) -> None:
    """Remove what attempts left that did not come to their end."""
    for left_over in home.path.glob("new-*"):
        shutil.rmtree(left_over, ignore_errors=True)


def _make_room(home: Home) -> None:
    if home.data.exists():
        try:
            home.data.rmdir()
        except OSError:
            raise ForeignData(data=home.data) from None


def _command(binaries: Binaries, draft: Path) -> list[str | Path]:
    """Return the call of initdb: SCRAM everywhere, checksums, UTF-8, and letters that know their case beyond ASCII."""
    if binaries.major >= _BUILTIN_LOCALES:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8"]
    return [
        binaries.initdb,
        f"--pgdata={draft / 'data'}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        f"--pwfile={draft / 'password'}",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        *locale,
    ]
