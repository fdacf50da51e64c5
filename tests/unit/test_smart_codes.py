"""Smart codes: replaced from the document's own facts, never a sentence about a bank account nobody gave (I-8)."""

import pytest

from billhook.documents.model.smartcodes import replace, replace_list

FACTS = {"document number": "2026-00001", "organization name": "ISA", "city": "Brussels", "zip": "1000", "iban": ""}


def known(facts):
    return lambda code: facts.get(code, "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no codes", "no codes"),
        ("[document number]", "2026-00001"),
        ("[Document Number] [ORGANIZATION NAME]", "2026-00001 ISA"),
        ("[unknown code] stays", "[unknown code] stays"),
        ("[tax clause]", ""),
        ("Pay to [IBAN].\nUse [document number].", "Use 2026-00001."),
        ("Pay to [IBAN] or [bank] now.\nThanks", "Thanks"),
        ("a\n\n[tax clause]\n\n\n\nb", "a\n\nb"),
        ("[[document number]]", "[2026-00001]"),
        ("[document number", "[document number"),
    ],
)
def test_replace(text, shown):
    assert replace(text, known(FACTS)) == shown


def test_a_bank_line_stays_when_one_of_its_codes_has_a_value():
    assert replace("Pay to [IBAN] at [bank].", known({"iban": "BE68", "bank": ""})) == "Pay to BE68 at ."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[organization name], [address], [zip] [city], [country]", "ISA, 1000 Brussels"),
        ("[organization name], fixed words, VAT [tax number]", "ISA, fixed words"),
        ("plain, text", "plain, text"),
        ("[address]\n[city]", "Brussels"),
    ],
)
def test_replace_list(text, shown):
    assert replace_list(text, known(FACTS)) == shown


def test_a_value_that_looks_like_a_code_is_not_replaced_again():
    assert replace("[organization name]", known({"organization name": "[IBAN]", "iban": "secret"})) == "[IBAN]"
