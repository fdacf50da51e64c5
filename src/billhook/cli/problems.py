"""Why a command could not do its work; each says what to do."""

from billhook.kernel.problems import Kind, Problem


class PortTaken(Problem):
    """Port {port} on {host} is taken{by}: stop that, or choose another with --port {free} or BILLHOOK_PORT."""

    kind = Kind.CONFLICT
    code = "PORT_TAKEN"


class AddressUnusable(Problem):
    """Billhook cannot listen on {host}, port {port}: {reason}. Choose others with --host and --port."""

    code = "ADDRESS_UNUSABLE"


class DatabaseUnreachable(Problem):
    """The database at {where} cannot be used: {reason}. Check BILLHOOK_DATABASE_URL; unset, it means the
    embedded one.
    """

    kind = Kind.UNAVAILABLE
    code = "DATABASE_UNREACHABLE"


class NoDataHere(Problem):
    """There is no Billhook data in {place}: run the command where Billhook runs, or say where with --data-dir."""

    kind = Kind.NOT_FOUND
    code = "NO_DATA_HERE"


class NothingAnswers(Problem):
    """Nothing that looks like Billhook answers at {url} ({reason}): start it with `billhook serve`."""

    kind = Kind.UNAVAILABLE
    code = "NOTHING_ANSWERS"


class CallRefused(Problem):
    """{method} {path} was answered with {status}: {reason}"""

    code = "CALL_REFUSED"


class NotReady(Problem):
    """Billhook did not become ready within {seconds} seconds; the last answer was: {reason}"""

    kind = Kind.UNAVAILABLE
    code = "NOT_READY"


class RatesNotRead(Problem):
    """The rates at {place} cannot be had: {why}."""

    code = "RATES_NOT_READ"
