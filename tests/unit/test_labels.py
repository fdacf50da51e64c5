"""Labels: every language says everything, with the same placeholders."""

import re
from pathlib import Path

import msgspec
import pytest

from billhook.documents import texts
from billhook.documents.texts import LANGUAGES, Labels, fill, labels

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def flat(language: str) -> dict[str, str]:
    parts = msgspec.to_builtins(labels(language))
    del parts["language"]
    return {f"{part}.{key}": text for part, texts_of in parts.items() for key, text in texts_of.items()}


def test_there_is_one_file_per_language() -> None:
    files = {file.stem for file in Path(texts.__file__).parent.glob("*.toml")}
    assert files == set(LANGUAGES)
    assert len(LANGUAGES) == 13


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_whole(language: str) -> None:
    english = flat("en")
    words = flat(language)
    assert labels(language).language == language
    assert words.keys() == english.keys()
    for key, text in words.items():
        assert text == text.strip(), key
        assert text, key
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[key])), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_language_is_not_english(language: str) -> None:
    english = flat("en")
    same = [key for key, text in flat(language).items() if text == english[key] and len(text) > 20]
    assert same == []
    assert labels(language).titles.invoice != "Invoice"


def test_a_missing_or_a_stray_key_does_not_load() -> None:
    whole = msgspec.to_builtins(labels("en"))
    gap = {**whole, "bank": {key: text for key, text in whole["bank"].items() if key != "iban"}}
    stray = {**whole, "bank": {**whole["bank"], "swift": "SWIFT"}}
    with pytest.raises(msgspec.ValidationError, match="iban"):
        msgspec.convert(gap, Labels)
    with pytest.raises(msgspec.ValidationError, match="swift"):
        msgspec.convert(stray, Labels)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("nl-BE", "nl"), ("nl_BE", "nl"), ("DE", "de"), ("sr-Latn-RS", "sr"), ("cz", "cs"), ("ja", "en"), ("", "en")],
)
def test_a_locale_falls_back_to_its_language_and_then_to_english(asked: str, spoken: str) -> None:
    assert labels(asked).language == spoken


@pytest.mark.parametrize(
    ("language", "invoice", "due", "tax"),
    [
        ("en", "Invoice", "Due date", "VAT"),
        ("de", "Rechnung", "Fällig am", "USt."),
        ("nl", "Factuur", "Vervaldatum", "Btw"),
        ("sl", "Račun", "Rok plačila", "DDV"),
        ("pl", "Faktura", "Termin płatności", "VAT"),
    ],
)
def test_words_people_expect(language: str, invoice: str, due: str, tax: str) -> None:
    words = labels(language)
    assert (words.titles.invoice, words.meta.date_due, words.lines.tax) == (invoice, due, tax)


@pytest.mark.parametrize("type", ["credit-note", "creditNote", "credit_note"])
def test_titles_by_any_spelling_of_the_type(type: str) -> None:
    assert labels("en").titles.of(type) == "Credit note"
    assert labels("fr").titles.of(type) == "Avoir"
    assert "{number}" in labels("it").mail.of(type)


def test_an_unknown_type_is_an_invoice_and_an_unknown_method_another_one() -> None:
    assert labels("en").titles.of("other") == "Invoice"
    assert labels("en").methods.of("card") == "Card"
    assert labels("en").methods.of("barter") == "Other"


def test_fill_takes_values_as_they_are() -> None:
    sentence = labels("en").mail.subject
    filled = fill(sentence, title="Invoice", number="{seller}", seller="A {number} & Sons")
    assert filled == "Invoice {seller} from A {number} & Sons"
    assert fill("{unknown} stays", number="1") == "{unknown} stays"
