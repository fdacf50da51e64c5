"""Payment QR codes as SVG text: EPC069-12 for euro transfers, UPN QR for Slovenia."""

import io
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import segno
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import iso11649

EPC_MOST_CENTS = 99_999_999_999
_EPC_NAME, _EPC_TEXT, _EPC_BYTES = 70, 140, 331
_UPN_WIDTHS = (5, 19, 1, 1, 26, 33, 33, 33, 11, 10, 1, 4, 42, 10, 34, 26, 33, 33, 33)


class Transfer(msgspec.Struct, frozen=True):
    """A bank transfer somebody is asked to make; `amount` in whole minor units of `currency`."""

    holder: str
    iban: str
    amount: int
    currency: str
    text: str
    """What the payer's statement should say: the number of the invoice."""
    bic: str = ""
    reference: str = ""
    """A structured reference (ISO 11649 `RF…`, or `SI…` in Slovenia); empty when there is none."""


def epc(transfer: Transfer) -> str | None:
    """Return the EPC069-12 (version 002) code, or None where it does not apply.

    It applies to euro amounts of 0.01 to 999,999,999.99 into a valid IBAN of a SEPA country. UTF-8 always: scanners
    take the single-byte character sets for one another. Drawing it takes some 15 ms.
    """
    payload = _epc_payload(transfer)
    return _svg(segno.make(payload, error="m", boost_error=False, mode="byte", micro=False)) if payload else None


def takes_epc(transfer: Transfer) -> bool:
    """Tell whether an EPC code applies, without drawing it."""
    return _epc_payload(transfer) is not None


def _epc_payload(transfer: Transfer) -> bytes | None:
    iban = _checked(transfer.iban)
    holder = _line(transfer.holder, _EPC_NAME)
    if iban is None or not iban.in_sepa_zone or not holder:
        return None
    if transfer.currency != "EUR" or not 0 < transfer.amount <= EPC_MOST_CENTS:
        return None
    reference = transfer.reference.replace(" ", "").upper()
    structured = iso11649.is_valid(reference)
    bic = transfer.bic.replace(" ", "").upper()
    rows = [
        "BCD",
        "002",
        "1",  # UTF-8
        "SCT",
        bic if len(bic) in (8, 11) and bic.isalnum() and bic.isascii() else "",
        holder,
        iban.compact,
        f"EUR{Decimal(transfer.amount).scaleb(-2):.2f}",
        "",  # purpose
        reference if structured else "",
        "" if structured else _line(transfer.text, _EPC_TEXT),
    ]
    while len(payload := "\n".join(rows).rstrip("\n").encode()) > _EPC_BYTES:
        rows[-1] = rows[-1][:-1]  # 140 characters may be more than their share of 331 bytes
        if not rows[-1]:
            rows[5] = rows[5][:-1]
    return payload


def upn(transfer: Transfer, *, payer: Sequence[str] = (), payee: Sequence[str] = (), due: str = "") -> str | None:
    """Return the UPN QR code of the Slovene banks, or None where it does not apply (not EUR, not a Slovene IBAN).

    `payer` and `payee` are name, street and town; `due` is `dd.mm.yyyy` or empty. Texts are cut to the fields' widths
    and characters outside ISO-8859-2 lose their marks. Field list: Združenje bank Slovenije, UPN QR (19 fields).
    """
    iban = _checked(transfer.iban)
    if iban is None or iban.country_code != "SI" or transfer.currency != "EUR":
        return None
    if not 0 < transfer.amount <= EPC_MOST_CENTS:
        return None
    name, street, town = _three(payer)
    payee_name, payee_street, payee_town = _three(payee or (transfer.holder,))
    amount = f"{transfer.amount:011d}"
    reference = transfer.reference.replace(" ", "") or "SI99"  # SI99: paid without a reference
    fields = ["UPNQR", "", "", "", "", name, street, town, amount, "", "", "OTHR", transfer.text, due]
    fields += [iban.compact, reference, payee_name, payee_street, payee_town]
    rows = [_latin2(_line(field, width)) for field, width in zip(fields, _UPN_WIDTHS, strict=True)]
    body = "".join(f"{row}\n" for row in rows)
    data = f"{body}{len(body):03d}\n"
    code = segno.make(
        data,
        version=15,
        error="m",
        boost_error=False,
        mode="byte",
        encoding="iso-8859-2",
        eci=True,
        micro=False,
    )
    return _svg(code)


def _checked(iban: str) -> IBAN | None:
    try:
        return IBAN(iban)
    except SchwiftyException:
        return None


def _three(lines: Sequence[str]) -> tuple[str, str, str]:
    first, second, third, *_ = (*lines, "", "", "")
    return first, second, third


def _line(text: str, width: int) -> str:
    """Return the text on one line, without characters that cannot be seen, cut to its field."""
    return "".join(filter(str.isprintable, " ".join(text.split())))[:width].strip()


def _latin2(text: str) -> str:
    """Return the text in ISO-8859-2: what it lacks loses its marks, or becomes a point."""
    return "".join(map(_latin2_character, text))


def _latin2_character(character: str) -> str:
    for attempt in (character, unicodedata.normalize("NFKD", character)[0]):
        try:
            attempt.encode("iso-8859-2")
        except UnicodeEncodeError:
            continue
        return attempt
    return "."


def _svg(code: segno.QRCode) -> str:
    """Return the code as SVG with its quiet zone, in black on white, sized by whatever holds it."""
    out = io.BytesIO()
    code.save(out, kind="svg", xmldecl=False, omitsize=True, border=4, light="#fff", nl=False)
    return out.getvalue().decode()
