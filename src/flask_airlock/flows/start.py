"""What must be true before the first request is answered."""

from ..errors import ConfigurationError
from .services import Services


def check_database(services: Services) -> None:
    """Raise ConfigurationError when our tables are missing or no key opens what they hold."""
    missing = services.database.missing_parts()
    if missing:
        raise ConfigurationError(
            f"the database lacks {missing[0]} (and {len(missing) - 1} more): run "
            "db.create_all() after the datastore is made; where columns are missing, or in "
            "production, migrate with Alembic"
        )
    with services.begin() as work:
        if not work.unit.key_checks.agree(services.clock()):
            raise ConfigurationError(
                "no configured key opens what this database holds: SECRET_KEY or "
                "SECURITY_ENCRYPTION_KEYS was changed. Put the old key back, behind the new one "
                "(SECRET_KEY_FALLBACKS, or later in SECURITY_ENCRYPTION_KEYS)"
            )
