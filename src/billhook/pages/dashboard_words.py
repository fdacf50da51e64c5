"""What the dashboard says, in five languages."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentences of `dashboard_words.toml` in one language; a gap or a word too many fails when they are loaded."""

    language: str
    sign_in_title: str
    email: str
    password: str
    forgot: str
    wrong_login: str
    too_often: str
    stale: str
    sign_out: str
    menu: str
    organizations: str
    none_yet: str
    settings: str
    reference: str
    programs: str
    processing: str
    box_title: str
    box: str
    test: str
    set_up: str
    change: str
    fee: str
    fee_hint: str
    wrong_fee: str
    return_url: str
    return_hint: str
    wrong_url: str
    save: str
    verification: str
    verify: str
    open_form: str
    business: str
    website: str
    country: str
    person: str
    agree: str
    needed: str
    send: str
    send_refused: str
    refused: str
    approved: str
    approved_text: str
    child: str
    switched_on: str
    switched_off: str
    switch_on: str
    switch_off: str
    not_begun: str
    begin: str
    go_on: str
    enabled: str
    disabled: str
    fees: str
    month: str
    show: str
    no_fees: str
    payments: str
    paid: str
    application_fee: str
    operator_fee: str
    refunded: str
    fees_refunded: str
    disputed: str
    remains: str
    download: str
    done_title: str
    done: str


def words_in(language: str) -> Words:
    """Return the sentences in a language, English where the pages do not speak it."""
    known = _load()
    return known.get(language, known["en"])


@cache
def _load() -> dict[str, Words]:
    tables = tomllib.loads((Path(__file__).parent / "dashboard_words.toml").read_text(encoding="utf-8"))
    return {language: msgspec.convert({"language": language, **table}, Words) for language, table in tables.items()}
