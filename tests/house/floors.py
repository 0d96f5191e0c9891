"""The floors of the house: who may import whom, and which third party belongs where.

A module belongs to the room with the longest matching name. Rooms on one floor are strangers,
except those that a room names in `neighbours`.
"""

from dataclasses import dataclass

# Flask's own parts count as Flask.
FLASK = frozenset({"flask", "werkzeug", "markupsafe"})
HTTP_CLIENTS = frozenset({"httpx", "requests", "urllib3"})
SMS_SDKS = frozenset({"twilio", "vonage"})
# Not in a core install: an application has them when it asked for the extra.
OPTIONAL = SMS_SDKS | {"bcrypt", "flask_babel", "flask_mail", "passlib", "phonenumbers", "redis"}

RULES = frozenset({"domain", "errors"})


@dataclass(frozen=True)
class Room:
    """A part of the package, the floor it is on, and what it may import."""

    name: str
    floor: int
    below: frozenset[str]
    third_parties: frozenset[str] = frozenset()
    neighbours: frozenset[str] = frozenset()


ALL_BELOW_THE_DOORS = RULES | {
    "settings", "storage", "delivery", "signals", "factors", "flows",
}  # fmt: skip
EVERYTHING_BELOW = ALL_BELOW_THE_DOORS | {"web", "web.pages", "web.api", "cli"}

ROOMS = (
    Room("errors", 0, frozenset()),
    Room(
        "domain",
        1,
        frozenset({"errors"}),
        frozenset(
            {
                "argon2",
                "bcrypt",
                "cryptography",
                "passlib",
                "phonenumbers",
                "webauthn",
                "werkzeug.security",
            }
        ),
    ),
    Room("settings", 2, RULES),
    Room("storage", 3, RULES, frozenset({"sqlalchemy"})),
    Room(
        "delivery",
        3,
        RULES,
        frozenset({"celery", "flask_mail", "jinja2", "limits"}) | HTTP_CLIENTS | SMS_SDKS,
    ),
    Room("signals", 3, RULES, frozenset({"blinker"})),
    Room("factors", 4, RULES | {"storage", "delivery"}),
    Room("flows", 5, RULES | {"factors", "storage", "delivery", "settings"}),
    Room(
        "web",
        6,
        RULES | {"flows", "settings"},
        FLASK | {"flask_babel", "flask_login", "segno"},
    ),
    Room("web.pages", 7, RULES | {"flows", "web"}, FLASK | {"flask_wtf", "wtforms"}),
    Room("web.api", 7, RULES | {"flows", "web"}, FLASK | {"marshmallow", "pydantic"}),
    Room("cli", 7, RULES | {"flows"}, FLASK | {"click"}),
    Room("forms", 8, frozenset({"web.pages"})),
    Room("assembly", 8, ALL_BELOW_THE_DOORS),
    Room(
        "application",
        8,
        EVERYTHING_BELOW,
        FLASK | {"flask_login"},
        neighbours=frozenset({"assembly"}),
    ),
    Room(
        "extension",
        8,
        EVERYTHING_BELOW,
        FLASK | {"flask_login", "flask_wtf"},
        neighbours=frozenset({"application", "assembly"}),
    ),
    Room(
        "testing",
        8,
        EVERYTHING_BELOW,
        FLASK | {"flask_login"},
        neighbours=frozenset({"application", "assembly", "extension"}),
    ),
    Room(
        "",
        9,
        EVERYTHING_BELOW | {"application", "assembly", "extension", "testing"},
        frozenset({"flask_login"}),
    ),
)
LOWEST_FLOOR_WITH_FLASK = 6
NAMES = {room.name: room for room in ROOMS}


def room_of(module: str) -> Room | None:
    """The room that a module of the package belongs to."""
    if not module:
        return NAMES[""]
    parts = module.split(".")
    candidates = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((NAMES[name] for name in candidates if name in NAMES), None)
