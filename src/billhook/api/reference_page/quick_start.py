"""The guided beginning of the reference: from no account to a PDF in five calls, and what to keep of each answer."""

from typing import Final

import msgspec


class Keep(msgspec.Struct, frozen=True):
    """A field of the answer that later calls need, and the variable it is kept in."""

    field: str
    variable: str


class Step(msgspec.Struct, frozen=True):
    """One call of the quick start."""

    operation_id: str
    title: str
    text: str
    keeps: tuple[Keep, ...] = ()


BEFORE: Final = {"EMAIL": "you@example.com", "PASSWORD": "'a long one of your own'"}
"""What the reader sets before the first call, as it is written in a shell."""

STEPS: Final = (
    Step(
        "accountsSignUp",
        "Create an account",
        "The account is yours: it owns the organizations that you issue documents for.",
    ),
    Step(
        "accountsLogin",
        "Log in",
        "The answer's `id` is the access token. Every later call sends it, as it is, in the header `Authorization`.",
        (Keep("id", "ACCESS_TOKEN"), Keep("userId", "ACCOUNT_ID")),
    ),
    Step(
        "organizationsCreate",
        "Create an organization",
        "An organization is the legal entity that sells. Its country decides currency, language, time zone and taxes.",
        (Keep("id", "ORGANIZATION_ID"),),
    ),
    Step(
        "documentsCreate",
        "Create and send the invoice",
        "It is numbered and final at once. `payments` marks it as paid: by card, in full where no `amount` is said. "
        "`send` mails it to the client with its PDF. Leave either out to do without.",
        (Keep("id", "DOCUMENT_ID"),),
    ),
    Step(
        "documentsPdf",
        "Download the PDF",
        "A PDF/A-3, always the same bytes for a document that was issued. It is written to `invoice.pdf`.",
    ),
)
