"""What must be true before the first request is answered."""

import logging
import os

from ..errors import ConfigurationError
from ..settings import OWN_MEMORY
from .services import Services

log = logging.getLogger("flask_airlock")


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


def check_networks(services: Services, *, is_development: bool) -> None:
    """Raise ConfigurationError for a store of counts that can't be used here, and warn where
    several workers of this server would each count for themselves."""
    settings = services.settings
    if settings.ratelimit_storage_uri != OWN_MEMORY:
        services.networks()
        return
    workers = os.environ.get("WEB_CONCURRENCY", "")
    limited = settings.network_failures or settings.network_letters
    if limited and not is_development and workers.isdecimal() and int(workers) > 1:
        log.warning(
            "%s workers count client networks each for themselves: let them share by "
            'SECURITY_RATELIMIT_STORAGE_URI, such as "redis://localhost:6379/0"',
            workers,
        )
