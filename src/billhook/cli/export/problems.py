"""Why an export could not be made or read."""

from billhook.kernel.problems import Kind, Problem


class NoSuchOrganization(Problem):
    """There is no organization {organization} here."""

    kind = Kind.NOT_FOUND
    code = "NO_SUCH_ORGANIZATION"


class TargetTaken(Problem):
    """{target} is there already; an export is never written over. Name another place with --to."""

    kind = Kind.CONFLICT
    code = "EXPORT_TARGET_TAKEN"


class TargetUnusable(Problem):
    """The export cannot be written to {target}: {reason}."""

    code = "EXPORT_TARGET_UNUSABLE"


class NotAnExport(Problem):
    """{source} is no export that this Billhook can read: {reason}."""

    code = "NOT_AN_EXPORT"
