"""What the conversion of a document into the organization's currency looks like on the wire."""

from decimal import Decimal

from billhook.api.wire import Out, iso
from billhook.documents.model.document import Conversion
from billhook.kernel.money import plain


class DocumentConversionRateOut(Out, kw_only=True):
    """At what rate a document was converted into the organization's currency."""

    id: str
    from_currency: str
    to_currency: str
    rate: Decimal | int
    date: str
    source: str


def conversion_out(conversion: Conversion) -> DocumentConversionRateOut:
    """Return the wire form of a conversion."""
    return DocumentConversionRateOut(
        id=conversion.id,
        from_currency=conversion.origin,
        to_currency=conversion.target,
        rate=plain(conversion.rate),
        date=iso(conversion.date) or "",
        source=conversion.source,
    )
