"""In which language a document is written."""

from billhook.documents.texts import LANGUAGES
from billhook.kernel import countries


def language_of(organization_locale: str, organization_country: str | None, client_country: str | None) -> str:
    """Return the locale of a document: one its reader understands.

    The organization's own, where client and organization share the country or that language is one of the client's
    country; else the client's country's first written one; else English. Without a country: the organization's.
    """
    own = organization_locale.partition("-")[0].lower()
    country = countries.get(client_country) if client_country else None
    if country is None or client_country == organization_country or own in _spoken(country.languages):
        return organization_locale if own in LANGUAGES else "en"
    understood = [language for language in _spoken(country.languages) if language in LANGUAGES]
    return f"{understood[0]}-{country.alpha2}" if understood else "en"


def _spoken(languages: tuple[str, ...]) -> list[str]:
    return [language.partition("-")[0].partition("_")[0].lower() for language in languages]
