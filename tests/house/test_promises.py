"""What holds once is marked where it is kept, and has a race on every database."""

from tests.house.promises import named_by, promised, races, runs_everywhere, shown, writers
from tests.house.source import report

# Methods of stores that change something, tell their caller about it, and promise nothing to those
# who come at the same moment.
NO_PROMISE = {
    "Credentials.add": "a row of one's own; who may add one, Setups.finish says",
    "Credentials.revoke": "all of a kind go, whoever is first; nobody decides by how many",
    "Credentials.revoke_all": "all go, whoever is first; nobody decides by how many",
    "Directory.switch": "an administrator's, who holds the account by then",
    "KeyChecks.agree": "two first starts keep a check each, and either is right",
    "Letters.add": "a row of one's own",
    "Letters.wipe_lost": "they are wiped, whoever is first; how many only says whether to go on",
    "Roles.create": "an administrator's; a name is once where the application's table says so",
    "Sessions.end_all": "all end, whoever is first; nobody decides by how many",
    "Sessions.end_others": "all others end, whoever is first; nobody decides by how many",
    "Sessions.end_trusted": "all end, whoever is first; nobody decides by how many",
    "TrustedBrowsers.end_all": "all end, whoever is first; the count is only told",
    "TrustedBrowsers.rename": "of two names at once either may stay",
    "UserRows.remove": "who may remove, Accounts.claim_deletion says, or an administrator",
}


def test_every_promise_has_a_race() -> None:
    """Nobody believes it before 32 have tried."""
    missing = sorted(promised().keys() - shown().keys())
    rule = "A promise is named by a race in tests/races: @pytest.mark.promise(its method)."
    assert not missing, report(rule, missing)


def test_every_race_names_promises_that_there_are() -> None:
    """A method that lost its mark, or its name."""
    wrong = sorted(shown().keys() - promised().keys())
    rule = "What a race names is a method of a store, marked by @promise(a sentence)."
    assert not wrong, report(rule, wrong)


def test_a_race_for_a_promise_is_run_on_every_database() -> None:
    """By way of an arena: on SQLite, PostgreSQL and MariaDB, from several processes."""
    wrong = [place for place, race in races() if named_by(race) and not runs_everywhere(race)]
    assert not wrong, report("A race that names a promise is run in an arena.", wrong)


def test_what_changes_something_and_tells_is_a_promise_or_says_why_not() -> None:
    """A row count, a key or a bool that nobody thought about is a promise that nobody keeps."""
    unmarked = sorted({*writers()} - promised().keys() - NO_PROMISE.keys())
    rule = "A store's method that writes and answers is marked by @promise, or is in NO_PROMISE."
    assert not unmarked, report(rule, unmarked)


def test_what_is_said_to_promise_nothing_is_there_and_is_not_marked() -> None:
    """The list is kept short and true."""
    stale = sorted({*NO_PROMISE} - {*writers()} | NO_PROMISE.keys() & promised().keys())
    assert not stale, report("NO_PROMISE holds unmarked methods that write and answer.", stale)


def test_a_promise_is_said_in_one_sentence() -> None:
    """It stands in the documentation as it is, and no two are the same."""
    said = list(promised().values())
    wrong = [it for it in said if not it[:1].isupper() or it.find(".") != len(it) - 1]
    wrong += [it for it in set(said) if said.count(it) > 1]
    assert not wrong, report("A promise is one sentence of its own.", wrong)
