"""Whom a document may be mailed to."""

from billhook.documents import Sending
from billhook.documents.model.sending import MOST_RECIPIENTS, faults_of


def test_twenty_recipients_are_fine_and_one_more_is_too_many() -> None:
    people = tuple(f"clerk-{number}@example.com" for number in range(MOST_RECIPIENTS))
    assert faults_of(Sending(recipients=people)) == []
    (fault,) = faults_of(Sending(recipients=(*people, "one-more@example.com")))
    assert (fault.path, fault.code) == ("recipients", "too_many")


def test_every_recipient_has_to_be_an_address() -> None:
    faults = faults_of(
        Sending(recipients=("a@example.com", "nobody", "b@example.com", "c@example.com\nBcc: d@example.com"))
    )
    assert [(fault.path, fault.code) for fault in faults] == [("recipients", "format")] * 2


def test_no_recipients_means_the_client() -> None:
    assert faults_of(Sending()) == []
