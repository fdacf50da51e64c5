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


class Received(Problem):
    """The document was received, not issued by this organization: it is not sent or shared."""

    kind = Kind.INVALID
    code = "DOCUMENT_RECEIVED"


class UniqueIdTaken(Problem):
    """Another caller has already saved a document with this `uniqueId`; its id is {document_id}."""

    kind = Kind.INVALID
    code = "UNIQUE_ID_TAKEN"


class TypeFixed(Problem):
    """The type of a document cannot be changed; create another document."""

    kind = Kind.INVALID
    code = "DOCUMENT_TYPE_FIXED"


class NothingLeft(Problem):
    """All of {number} was credited before; there is nothing left to credit."""

    kind = Kind.INVALID
    code = "NOTHING_LEFT_TO_CREDIT"


class NotCreditable(Problem):
    """A document of type {type} cannot be credited; only an invoice or an advance that was issued can."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_CREDITABLE"


class NotCancelable(Problem):
    """A credit note cannot be canceled; if it was wrong, issue a new invoice."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_CANCELABLE"


class NotVoidable(Problem):
    """The document was paid or credited, so it can only be canceled by a credit note: leave out `technical`."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_VOIDABLE"


class AdvanceDeducted(Problem):
    """The advance is deducted by invoice {number}; cancel that one first."""

    kind = Kind.INVALID
    code = "ADVANCE_IS_DEDUCTED"


class CanceledForGood(Problem):
    """The document was canceled by a credit note, which stays; issue a new one instead."""

    kind = Kind.INVALID
    code = "DOCUMENT_CANCELED_FOR_GOOD"


class IsCanceled(Problem):
    """The document was canceled."""

    kind = Kind.INVALID
    code = "DOCUMENT_IS_CANCELED"


class NotConvertible(Problem):
    """A document of type {type} cannot be made into a document of type {wanted}."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_CONVERTIBLE"


class AlreadyConverted(Problem):
    """{number} was made of the document before; its id is {document_id}. Say `again` to make another."""

    kind = Kind.INVALID
    code = "DOCUMENT_ALREADY_CONVERTED"


class NotAnEstimate(Problem):
    """Only an estimate can be accepted or rejected."""

    kind = Kind.INVALID
    code = "DOCUMENT_NOT_AN_ESTIMATE"


class EstimateRejected(Problem):
    """The estimate was rejected; accept it first."""

    kind = Kind.INVALID
    code = "ESTIMATE_REJECTED"


class EstimateExpired(Problem):
    """The estimate is no longer valid; ask for a new one."""

    kind = Kind.INVALID
    code = "ESTIMATE_EXPIRED"


class CreditWasApplied(Problem):
    """What was paid on the document after it was canceled is applied to another one; take that back first."""

    kind = Kind.INVALID
    code = "CREDIT_WAS_APPLIED"
