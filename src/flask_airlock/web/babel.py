"""Translations by Flask-Babel; loaded only where the application uses it."""

from pathlib import Path

from flask_babel import Domain, get_locale

_domain = Domain(
    translation_directories=[str(Path(__file__).parent.parent / "translations")],
    domain="flask_airlock",
)


def translate(text: str) -> str:
    """The text in the language of the current request."""
    return str(_domain.gettext(text))


def language() -> str:
    """The tag of the current request's language."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else "en"
