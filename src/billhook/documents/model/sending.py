"""What a mailing of a document may ask for."""

from typing import Final

from billhook.documents.model.new import Sending
from billhook.kernel.problems import Fault
from billhook.organizations.model import is_email

MOST_RECIPIENTS: Final = 20
"""An invoice goes to a client's bookkeepers, not to a mailing list; more would make us a relay for spam."""


def faults_of(sending: Sending) -> list[Fault]:
    """Return what is wrong with the recipients: more than 20, or one that is no e-mail address.

    The path is relative to the mailing. Whether there is anybody to send to is not asked.
    """
    if len(sending.recipients) > MOST_RECIPIENTS:
        return [Fault("recipients", "too_many", f"must be at most {MOST_RECIPIENTS} addresses")]
    return [
        Fault("recipients", "format", f"`{address[:100]}` is not an e-mail address")
        for address in sending.recipients
        if not is_email(address)
    ]
