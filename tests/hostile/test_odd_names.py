"""Addresses and user names that some program takes for one another, and some database too."""

from collections.abc import Callable

import pytest
from markupsafe import escape

from tests.applications import WHOLE_LIFE, Application
from tests.hostile.values import TEXTS
from tests.journeys.life import PASSWORD, fill_in, follow, without_token
from tests.journeys.support import signed_in
from tests.people import Person

# Each row is what different people might type; some are one name, some are not.
ADDRESSES = [
    "rose@example.com", "rosé@example.com", "rose\u0301@example.com", "ROSE@example.com",
    "rose@exämple.com", "rose@xn--exmple-cua.com", "rose@example.com\u200b", "ﬁ@example.com",
    "fi@example.com", "straße@example.com", "strasse@example.com", "rose@straße.example",
    "rose@strasse.example", "\u0131@example.com", "i@example.com", "İ@example.com",
    "\u0430@example.com", "a@example.com", "\u212a@example.com", "k@example.com",
    "ローズ@example.com", "ろーず@example.com", "🌹@example.com", "🌸@example.com",
]  # fmt: skip
NAMES = [
    "rose", "rosé", "rose\u0301", "ROSE", "\uff52\uff4f\uff53\uff45", "straße", "strasse", "ﬁona",
    "fiona", "\u0430nna", "anna", "\u212aarl", "karl", "İda", "ida", "\u0131da", "ローズ",
    "ろーず", "rose.ann", "rose-ann", "rose_ann", "ⅻⅻⅻ", "xiixiixii", "\u0663\u0664a", "34a",
    "ab\u0345c", "ab\u03b9c",
]  # fmt: skip
DATABASES = ["sqlite", "postgres_url", "mariadb_url"]


@pytest.fixture(params=DATABASES)
def application(
    request: pytest.FixtureRequest, applications: Callable[..., Application]
) -> Application:
    """The same application on each database."""
    where = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    return applications(where, **WHOLE_LIFE)


@pytest.fixture(params=[3, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "all"])
def sendable(request: pytest.FixtureRequest) -> list[str]:
    """What a client can send as text; one in three each time."""
    return [text for text in TEXTS if text.isprintable() and len(text) < 1000][:: request.param]


def users(application: Application) -> list[tuple[str, str | None]]:
    """Everybody's address and user name."""
    with application.app.app_context():
        found = [(user.email, user.username) for user in application.datastore.list_users()]
        application.db.session.remove()
    return found


def test_every_odd_address_is_registered_or_refused(
    application: Application, sendable: list[str]
) -> None:
    """S-19: whichever of them a database calls equal, the answer is the one for any address."""
    pages = set()
    for typed in [*ADDRESSES, *sendable]:
        browser = application.browser().get("/register")
        browser.post("/register", email=typed, password=PASSWORD)
        assert browser.status in (200, 422), typed
        if browser.status == 200:
            shown = str(escape(typed.strip()))
            pages.add(without_token(browser.page).replace(shown, "ADDRESS"))
    assert len(pages) == 1
    addresses = [address for address, _ in users(application)]
    assert len(addresses) == len(set(addresses))
    assert {"rose@example.com", "fi@example.com", "rose@xn--exmple-cua.com"} <= set(addresses)


def test_every_odd_user_name_is_taken_or_refused(
    application: Application, sendable: list[str]
) -> None:
    """Registered with, and changed to: one person has it, or the page says why not."""
    browser = signed_in(application, application.person("zoe@example.com", password=PASSWORD))
    for place, typed in enumerate([*NAMES, *sendable]):
        address = f"person{place}@example.com"
        newcomer = fill_in(application, address, username=typed)
        assert newcomer.status in (200, 422), typed
        if newcomer.status == 200:
            assert follow(application, address).post("/confirm-email").path == "/login", typed
        browser.get("/change-username")
        browser.post("/change-username", username=typed, current=PASSWORD)
        assert browser.status in (200, 422), typed
    names = [name for _, name in users(application) if name]
    assert len(names) == len(set(names))
    assert "rose" in names


def test_a_name_that_only_looks_like_hers_opens_no_door_and_sends_no_letter(
    application: Application,
) -> None:
    """Looked up by a database that ignores accents, and compared again to the letter."""
    rose = application.person("rose@example.com", username="rose", password=PASSWORD)
    for typed in ("rosé@example.com", "rosé", "r\u043ese", "rose@exämple.com"):
        other = Person(application, typed, PASSWORD)
        assert application.browser().give_password(other).path == "/login"
        application.browser().get("/forgot-password").post("/forgot-password", email=typed)
    assert application.outbox.messages() == []
    for typed in ("rose@example.com ", "ROSE@EXAMPLE.COM", "\uff52\uff4f\uff53\uff45", "Rose"):
        again = Person(application, typed, rose.password)
        assert application.browser().give_password(again).path == "/login/set-up"
