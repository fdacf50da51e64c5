"""Tax numbers and bank accounts: which rule is asked, and what it says."""

import pytest

from billhook.kernel import checks

TAX_NUMBERS = [
    ("BE0403170701", "BE", "be.vat", True),
    ("be 0403.170.701", "FR", "be.vat", True),
    ("0403170701", "BE", "be.vat", True),
    ("BE0403170702", "BE", "be.vat", False),
    ("EL094259216", None, "gr.vat", True),
    ("094259216", "GR", "gr.vat", True),
    ("XI980780684", "GB", "xi.vat", True),
    ("GB980780684", "GB", "gb.vat", True),
    ("DE136695976", "DE", "de.vat", True),
    ("181/815/08155", "DE", "de.stnr", True),
    ("RSSMRA85T10A562S", "IT", "it.codicefiscale", True),
    ("IT00743110157", "IT", "it.vat", True),
    ("nonsense", "DE", "de.vat", False),
    ("٣٣٣", "DE", "de.vat", False),
    ("😀", "BE", "be.vat", False),
    ("1" * 70_000, "BE", "be.vat", False),
]


@pytest.mark.parametrize(("number", "country", "rule", "valid"), TAX_NUMBERS, ids=lambda value: str(value)[:20])
def test_a_tax_number_is_asked_by_the_rule_of_its_country(number: str, country: str, rule: str, valid: bool) -> None:
    found = checks.tax_number(number, country)
    assert found is not None
    assert (found.rule, found.valid, found.reason is None) == (rule, valid, valid)


@pytest.mark.parametrize(("number", "country"), [("12-3456789", "US"), ("1", None), ("1", ""), ("x", "QQ"), ("", "AQ")])
def test_where_no_rule_is_known_nothing_is_said(number: str, country: str | None) -> None:
    assert checks.tax_number(number, country) is None


IBANS = [
    ("BE68539007547034", None),
    ("be68 5390 0754 7034", None),
    ("BE68539007547035", "check digits"),
    ("BE685390", "too few"),
    ("XX68539007547034", "not written"),
    ("", "not written"),
    ("x" * 70_000, "not written"),
]


@pytest.mark.parametrize(("number", "reason"), IBANS, ids=lambda value: str(value)[:20])
def test_an_iban_is_checked(number: str, reason: str | None) -> None:
    found = checks.iban(number)
    assert (found.rule, found.valid) == ("iban", reason is None)
    assert (reason or "") in (found.reason or "")
