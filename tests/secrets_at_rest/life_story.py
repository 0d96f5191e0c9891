"""An account's whole life: from the registration to the day it is removed, with its secrets."""

from tests.journeys.life import ask_for_reset, fill_in, link_in
from tests.people import Browser, Person
from tests.secrets_at_rest.story import World

NEWCOMER = "canary-newcomer@example.org"
TWICE = "canary-registered-twice@example.org"
INVITED = "canary-invited@example.org"
NOBODY = "canary-whom-nobody-knows@example.org"
MOVED = "canary-of-the-new-address@example.org"
ADDRESSES = (NEWCOMER, TWICE, INVITED, NOBODY, MOVED)


def live_a_whole_life(here: World) -> None:
    """Every flow of an account's life, one after the other."""
    for address in ADDRESSES:
        here.canaries.private[address] = address
    person, browser = _register(here)
    _register_twice(here)
    _be_invited(here)
    _change_everything(here, person, browser)
    _forget_the_password(here, person)
    _go(here, person)


def password(here: World, what: str) -> str:
    """A new one, which nobody may find."""
    text = f"canary {what} by seven green lighthouses"
    here.canaries.long[text] = text
    return text


def follow(here: World, address: str, browser: Browser) -> Browser:
    """Open the link of the newest letter, and remember its token."""
    path = here.canaries.note_link(link_in(here.application, address))
    return here.note(browser.get(path))


def _register(here: World) -> tuple[Person, Browser]:
    application = here.application
    refused = password(here, "refused " + 30 * "too long ")
    assert fill_in(application, NEWCOMER, refused).status == 422
    person = Person(application, NEWCOMER, password(here, "of the newcomer"))
    browser = fill_in(application, NEWCOMER, person.password, username="newcomer")
    here.note(browser)
    again = application.browser().get("/send-confirmation")
    again.post("/send-confirmation", email=NEWCOMER)
    follow(here, NEWCOMER, browser).post("/confirm-email")
    assert browser.path == "/login"
    browser.give_password(person).set_up(person, "authenticator")
    here.canaries.note_key(person)
    assert here.note(browser).is_signed_in
    return person, browser


def _register_twice(here: World) -> None:
    fill_in(here.application, TWICE, password(here, "of who came first"))
    here.application.clock.advance(minutes=2)
    fill_in(here.application, TWICE, password(here, "of who came second"))
    browser = follow(here, TWICE, here.application.browser())
    browser.post("/reset-password?by=invitation", password=password(here, "of the owner"))
    assert here.note(browser).path == "/login"
    fill_in(here.application, TWICE, password(here, "of who came too late"))


def _be_invited(here: World) -> None:
    run = here.application.app.test_cli_runner().invoke
    done = run(args=["users", "create", INVITED])
    assert done.exit_code == 0, done.output
    browser = follow(here, INVITED, here.application.browser())
    browser.post("/reset-password?by=invitation", password=password(here, "of the invited"))
    assert here.note(browser).path == "/login"


def _change_everything(here: World, person: Person, browser: Browser) -> None:
    wrong, new = password(here, "guessed"), password(here, "changed")
    browser.get("/change-password")
    browser.post("/change-password", current=wrong, password=new)
    browser.post("/change-password", current=person.password, password=new)
    assert "was changed" in here.note(browser).page
    person.password = new
    browser.get("/change-username").post("/change-username", current=new, username="canary-bird")
    browser.get("/change-email").post("/change-email", current=new, email=MOVED)
    follow(here, MOVED, browser).post("/confirm-new-email")
    assert here.note(browser).path == "/change-email"
    owner = follow(here, NEWCOMER, here.application.browser()).post("/undo-email")
    assert here.note(owner).path == "/login"


def _forget_the_password(here: World, person: Person) -> None:
    for name in (NOBODY, NEWCOMER, password(here, "typed as the name")):
        ask_for_reset(here.application, name)
    browser = follow(here, NEWCOMER, here.application.browser())
    browser.post("/reset-password", password=password(here, "refused " + 30 * "too long "))
    assert browser.status == 422
    person.password = password(here, "of the reset")
    browser.post("/reset-password", password=person.password)
    assert here.note(browser).path == "/login"


def _go(here: World, person: Person) -> None:
    here.application.clock.advance(minutes=1)
    browser = here.application.browser().give_password(person)
    code = person.app_code()
    browser.post("/login/second-step", method="authenticator", code=code, trusts="y")
    assert "trusted" in str(browser.client._cookies)
    here.note(browser).get("/delete-account")
    browser.post("/delete-account", current=person.password)
    assert "will be removed" in here.note(browser).page
    here.application.clock.advance(days=7, minutes=1)
    done = here.application.app.test_cli_runner().invoke(args=["airlock", "purge"])
    assert done.exit_code == 0, done.output
    here.looked()
