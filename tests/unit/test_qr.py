"""Payment QR codes: what a scanner reads from the picture is what the bank expects."""

import io

import pytest
import typst
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from billhook.documents.paper.qr import EPC_MOST_CENTS, Transfer, epc, upn

BELGIAN = "BE68 5390 0754 7034"
SLOVENE = "SI56192001234567892"


def transfer(**changes: object) -> Transfer:
    facts = {
        "holder": "Čevljarstvo Žagar d.o.o.",
        "iban": BELGIAN,
        "amount": 123450,
        "currency": "EUR",
        "text": "2026-1",
    }
    return Transfer(**facts | changes)  # type: ignore[arg-type]


def scanned(svg: str | None) -> str:
    assert svg is not None
    source = b'#set page(width: 80mm, height: 80mm, margin: 0mm)\n#image("qr.svg", width: 80mm)'
    png = typst.compile({"main.typ": source, "qr.svg": svg.encode()}, format="png", ppi=144)  # type: ignore[call-overload]
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    assert len(found) == 1
    return found[0].text


def test_epc_carries_name_account_exact_amount_and_text() -> None:
    assert scanned(epc(transfer(bic="GKCCBEBB"))).split("\n") == [
        "BCD", "002", "1", "SCT", "GKCCBEBB", "Čevljarstvo Žagar d.o.o.", "BE68539007547034", "EUR1234.50", "", "", "2026-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cents", "written"), [(1, "EUR0.01"), (10, "EUR0.10"), (100, "EUR1.00"), (EPC_MOST_CENTS, "EUR999999999.99")]
)
def test_epc_amounts_keep_two_decimals(cents: int, written: str) -> None:
    assert scanned(epc(transfer(amount=cents))).split("\n")[7] == written


def test_epc_takes_a_structured_reference_instead_of_the_text() -> None:
    rows = scanned(epc(transfer(reference="RF18 5390 0754 7034"))).split("\n")
    assert rows[9:] == ["RF18539007547034"]
    unchecked = scanned(epc(transfer(reference="RF19 5390 0754 7034"))).split("\n")
    assert unchecked[9:] == ["", "2026-1"]


def test_epc_leaves_out_a_bic_that_is_none() -> None:
    assert scanned(epc(transfer(bic="GKCC BE"))).split("\n")[4] == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "USD"},
        {"amount": 0},
        {"amount": -5},
        {"amount": EPC_MOST_CENTS + 1},
        {"iban": "BE68 5390 0754 7035"},
        {"iban": ""},
        {"iban": "BR1800360305000010009795493C1"},
        {"holder": " "},
    ],
)
def test_epc_does_not_apply(changes: dict[str, object]) -> None:
    assert epc(transfer(**changes)) is None


@settings(max_examples=40, deadline=None, print_blob=True)
@given(holder=st.text(max_size=200), text=st.text(max_size=300))
def test_epc_holds_any_text(holder: str, text: str) -> None:
    svg = epc(transfer(holder=f"A{holder}", text=text))
    assert svg is not None
    rows = scanned(svg).split("\n")
    assert len("\n".join(rows).encode()) <= 331
    assert rows[6:8] == ["BE68539007547034", "EUR1234.50"]


def test_upn_has_nineteen_fields_and_a_checksum() -> None:
    svg = upn(
        transfer(iban=SLOVENE, text="Plačilo računa 2026-000123", reference="SI00 2026-000123"),
        payer=("Janez Novak", "Dunajska cesta 1", "1000 Ljubljana"),
        payee=("Čevljarstvo Žagar d.o.o.", "Šmartinska cesta 152", "1000 Ljubljana"),
        due="14.11.2026",
    )
    text = scanned(svg)
    rows = text.split("\n")
    assert rows[:19] == [
        "UPNQR", "", "", "", "", "Janez Novak", "Dunajska cesta 1", "1000 Ljubljana", "00000123450", "", "", "OTHR",
        "Plačilo računa 2026-000123", "14.11.2026", SLOVENE, "SI002026-000123",
        "Čevljarstvo Žagar d.o.o.", "Šmartinska cesta 152", "1000 Ljubljana",
    ]  # fmt: skip
    assert rows[19] == f"{len(text) - len(rows[19]) - 1:03d}"


def test_upn_cuts_long_texts_and_unmarks_foreign_letters() -> None:
    rows = scanned(upn(transfer(iban=SLOVENE, holder="Ñandú 😀 " + "x" * 60))).split("\n")
    assert rows[16] == ("Nandú . " + "x" * 60)[:33]
    assert rows[15] == "SI99"


@pytest.mark.parametrize("changes", [{}, {"iban": SLOVENE, "currency": "USD"}, {"iban": SLOVENE, "amount": 0}])
def test_upn_does_not_apply(changes: dict[str, object]) -> None:
    assert upn(transfer(**changes)) is None
