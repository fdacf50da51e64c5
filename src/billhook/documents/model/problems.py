"""Why a document verb may be refused."""

from billhook.kernel.problems import Kind, Problem


class Issued(Problem):
    """The document was issued and cannot be changed or deleted; issue a credit note instead. Refused: {fields}"""

    kind = Kind.INVALID
    code = "DOCUMENT_ISSUED"


class AlreadyIssued(Problem):
    """The document was issued before, as {number}."""

    kind = Kind.INVALID
    code = "DOCUMENT_ALREADY_ISSUED"


class StillDraft(Problem):
    """The document is a draft; issue it first: POST /Documents/:id/issue."""

    kind = Kind.INVALID
    code = "DOCUMENT_IS_DRAFT"


class UniqueIdTaken(Problem):
    """Another caller has already saved a document with this `uniqueId`; its id is {document_id}."""

    kind = Kind.INVALID
    code = "UNIQUE_ID_TAKEN"


class TypeFixed(Problem):
    """The type of a document cannot be changed; create another document."""

    kind = Kind.INVALID
    code = "DOCUMENT_TYPE_FIXED"
