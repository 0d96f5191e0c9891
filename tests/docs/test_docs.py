"""The pages name everything there is, as it is."""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields

import click
import pytest
from flask import Flask

from flask_airlock.domain import (
    link_tokens,
    one_time_codes,
    passwords,
    recovery_codes,
    rescue,
    sessions,
    throttle,
    totp,
)
from flask_airlock.domain.common_passwords import CommonPasswords
from flask_airlock.domain.events import ALL_EVENTS
from flask_airlock.domain.link_tokens import LIFETIMES, LinkPurpose
from flask_airlock.factors.authenticator import AuthenticatorFactor
from flask_airlock.factors.email import EmailFactor
from flask_airlock.factors.sms import SmsFactor
from flask_airlock.flows import housekeeping
from flask_airlock.flows.recovery_codes import SETS_AN_HOUR
from flask_airlock.flows.rescue import RESCUE_WAIT
from flask_airlock.settings import Settings
from flask_airlock.signals import SIGNALS
from flask_airlock.storage.setups import SETUP_LIFETIME
from flask_airlock.storage.tables import MAKERS
from tests.applications import WHOLE_LIFE, Application
from tests.docs.pages import page, rows
from tests.house.source import PACKAGE, ROOT

CONFVAL = re.compile(
    r"^\.\. confval:: (SECURITY_\w+)\n   :type: .+\n   :default: ``(.+)``$", re.MULTILINE
)
OWN_ENDPOINTS = ("security.", "airlock_")


def test_every_setting_is_documented_with_its_default() -> None:
    """A default is written as the application would write the value."""
    said = {key: ast.literal_eval(text) for key, text in CONFVAL.findall(page("settings"))}
    assert set(said) == {f"SECURITY_{spec.name.upper()}" for spec in fields(Settings)}
    for spec in fields(Settings):
        default = spec.default if spec.default is not MISSING else {}
        value = said[f"SECURITY_{spec.name.upper()}"]
        assert spec.metadata["parse"](value) == default, spec.name


def test_every_event_is_documented_with_its_signal_and_fields() -> None:
    """X-61: the inventory of events."""
    said = {row[0]: (row[1], row[2]) for row in rows("events") if row[0] != "Class, name"}
    there = {}
    for kind in ALL_EVENTS:
        names = [it.name for it in fields(kind) if it.name != "account_id"]
        there[f"{kind.__name__}, {kind.name}"] = (
            SIGNALS[kind.name].name,
            ", ".join(names) or "none",
        )
    assert said == there


def test_every_endpoint_is_documented_with_paths_methods_and_setting(
    applications: Callable[..., Application],
) -> None:
    """Of an application where everything is switched on."""
    application = applications(**WHOLE_LIFE)
    said = {row[0]: row[1:] for row in rows("endpoints") if row[0] != "Endpoint"}
    assert said == _endpoints(application.app)
    for name in said:
        assert f"\n``{name}``\n" in page("endpoints") or name == "security.static", name


def _endpoints(app: Flask) -> dict[str, list[str]]:
    there: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(OWN_ENDPOINTS):
            continue
        before = there.get(rule.endpoint, ["", ""])
        paths = sorted({*filter(None, before[:1]), rule.rule}, key=len)
        taken = {*filter(None, before[1].split(", ")), *(rule.methods or ())}
        methods = ", ".join(sorted(taken - {"HEAD", "OPTIONS"}))
        name = rule.endpoint.partition(".")[2]
        known = name in {spec.name.removesuffix("_url") for spec in fields(Settings)}
        setting = f"SECURITY_{name.upper()}_URL" if known else "none"
        there[rule.endpoint] = [", ".join(paths), methods, setting]
    return there


def test_the_command_reference_is_made_from_every_group(application: Application) -> None:
    """The page shows what `--help` prints: it can't differ, but a group could be left out."""
    shown = set(re.findall(r"^\.\. commands:: (\w+)$", page("cli"), re.MULTILINE))
    ours = {
        name
        for name, command in application.app.cli.commands.items()
        if isinstance(command, click.Group)
    }
    assert shown == ours


def test_every_table_is_documented() -> None:
    said = set(re.findall(r"^``(airlock_\w+)`` ", page("tables"), re.MULTILINE))
    assert said == {f"airlock_{subject}" for subject in MAKERS}


def test_every_template_is_documented() -> None:
    said = page("pages-and-templates") + page("letters")
    top = PACKAGE / "templates" / "security"
    names = {path.name for path in top.glob("*.html")}
    letters = {path.name.split(".")[0] for path in (top / "letters").glob("[!_]*")}
    assert not [name for name in names | letters if f"``{name}``" not in said]


@pytest.mark.parametrize(
    "label",
    [
        "key id",
        "seal",
        "mac",
        "one-time code",
        "browser that gave two proofs",
        "browser that gave the password",
        "network",
        "proved address",
        "rescue address",
        "answer",
        "next token",
    ],
)
def test_every_key_is_in_the_inventory(label: str) -> None:
    """X-48: keys, algorithms and lifetimes are listed."""
    assert f"``{label}``" in page("keys-and-secrets")


def test_every_key_label_of_the_source_is_known_to_the_test_above() -> None:
    """X-48: a label that is added to the source is noticed."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    labels = set(re.findall(r'derive\(master, "([^"]+)"\)', source))
    labels |= set(re.findall(r'(?:verify_mac|\.mac|\.macs)\("([^"]+)"', source))
    labels |= set(re.findall(r'^USE = "([^"]+)"', source, re.MULTILINE))
    said = page("keys-and-secrets")
    assert labels
    assert not [label for label in labels if f"``{label}``" not in said]


def test_the_numbers_on_the_security_page_are_those_of_the_code() -> None:
    """X-36: numbers of the throttling and of every lifetime."""
    policy = sessions.SessionPolicy()
    minutes, hours = "{:.0f} minutes", "{:.0f} hours"
    digits = (EmailFactor.shape.digits, SmsFactor.shape.digits, AuthenticatorFactor.shape.digits)
    idle, overall = policy.idle.total_seconds() / 3600, policy.overall.total_seconds() / 3600
    lives = minutes.format(rescue.CODE_LIFETIME.total_seconds() / 60)
    expected = [
        ", ".join(map(str, digits)),
        minutes.format(EmailFactor.shape.lifetime.total_seconds() / 60),
        minutes.format(SmsFactor.shape.lifetime.total_seconds() / 60),
        f"{totp.STEP_SECONDS} seconds, {totp.WINDOW}",
        str(one_time_codes.TRIES_PER_CODE),
        *_numbers_of_guessing(),
        minutes.format(sessions.HALF_OPEN_LIFETIME.total_seconds() / 60),
        minutes.format(SETUP_LIFETIME.total_seconds() / 60),
        minutes.format(sessions.ADDRESS_PROOF_LIFETIME.total_seconds() / 60),
        minutes.format(sessions.RECENT_PROOF.total_seconds() / 60),
        f"{hours.format(idle)}, {hours.format(overall)}",
        f"{sessions.DOUBLE_CLICK.total_seconds():.0f} seconds",
        hours.format(LIFETIMES[LinkPurpose.FACTOR_SETUP].total_seconds() / 3600),
        (f"{recovery_codes.SET_SIZE}, {8 * recovery_codes.CODE_BYTES}; {recovery_codes.FEW} left"),
        f"{SETS_AN_HOUR.most} in an hour",
        f"one in {hours.format(RESCUE_WAIT.total_seconds() / 3600)}",
        f"{rescue.MOST_ADDRESSES}, {hours.format(rescue.USABLE_AFTER.total_seconds() / 3600)}",
        f"{rescue.CODE_LETTERS}, {lives}, {rescue.SENDS.most}",
        hours.format(Settings().rescue_delay.total_seconds() / 3600),
        f"{passwords.LONGEST_PASSWORD} characters",
        hours.format(throttle.A_DAY.total_seconds() / 3600),
        *_numbers_of_the_account(),
    ]
    table = rows("security")
    start = next(index for index, row in enumerate(table) if row[0] == "What") + 1
    assert [row[1] for row in table[start : start + len(expected)]] == expected


def _numbers_of_guessing() -> list[str]:
    defaults, limits = Settings(), Settings().limits
    waits = f"{defaults.wait.seconds} seconds, {defaults.longest_wait.seconds // 3600} hour"
    month = f"{limits.factor_budget.length.days} days"
    return [
        str(limits.factors.stop),
        str(throttle.IN_A_ROW_EVER),
        f"{limits.factors.free}, {waits}",
        (
            f"{limits.factor_budget.most} in {month}; a reset of the password gives back "
            f"{limits.factors.free}, once in {month}"
        ),
        str(limits.passwords.stop),
        f"{defaults.sends_per_hour}, {defaults.sends_per_day}",
        f"{defaults.send_interval.seconds} seconds",
        f"{defaults.texts_per_day:,}",
        *map(_said, defaults.network_limits.values()),
    ]


def _said(windows: Sequence[throttle.Window]) -> str:
    minutes, days = windows
    assert days.length == throttle.A_DAY
    length = minutes.length.total_seconds() / 60
    return f"{minutes.most} in {length:.0f} minutes, {days.most} in a day"


def _numbers_of_the_account() -> list[str]:
    defaults = Settings()
    day_links = {LinkPurpose.CONFIRMATION, LinkPurpose.NEW_EMAIL, LinkPurpose.INVITATION}
    (a_day,) = {LIFETIMES[purpose] for purpose in day_links}
    lengths = (defaults.password_min_length, defaults.password_min_length_alone)
    return [
        f"{LIFETIMES[LinkPurpose.RESET].total_seconds() / 60:.0f} minutes",
        f"{a_day.total_seconds() / 3600:.0f} hours",
        f"{LIFETIMES[LinkPurpose.UNDO_EMAIL].total_seconds() / 3600:.0f} hours",
        f"{link_tokens.MOST_LIVE}, {link_tokens.MOST_AN_HOUR}",
        f"{defaults.reset_hold.total_seconds() / 3600:.0f} hours",
        f"{', '.join(map(str, lengths))} characters",
        str(defaults.limits.of(throttle.ASKED_AGAIN).stop),
        f"{defaults.deletion_delay.days} days",
        str(defaults.password_parallel),
    ]


def test_the_number_of_common_passwords_is_the_lists_own() -> None:
    number = f"{len(CommonPasswords.shipped()):,}"
    assert number in page("passwords")
    assert number in page("security")


def test_what_purge_keeps_is_told_as_it_is() -> None:
    said = {row[0]: row[1] for row in rows("housekeeping")}
    kept = housekeeping.KEPT
    (weeks,) = {kept["sessions"], kept["trusted_browsers"], kept["letters"]}
    (day,) = {kept["codes"], kept["setups"], kept["link_tokens"], kept["windows"]}
    assert said["Sessions, trusted browsers, letters"].startswith(f"{weeks.days} days after")
    assert day.days == 1
    names = said["Wrong passwords for a name that nobody has"]
    assert names.startswith(f"{kept['throttles'].days} days after")
    assert said["Codes, set-ups, links in letters, counts of a while"].startswith("a day after")


def test_mail_and_text_messages_are_told_to_be_weaker() -> None:
    """S-35, S-38: the methods' pages and the security page say so."""
    for name in ("mail", "sms"):
        assert "eaker than an authenticator app" in _running(name)
        assert "NIST SP 800-63B" in _running(name)
    assert "mail and SMS are weaker than an authenticator app" in _running("security")


def _running(name: str) -> str:
    return " ".join(page(name).split())


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)) - {"help"}
    said = set(re.findall(r"^``make ([a-z]+)`` ", page("contributing"), re.MULTILINE))
    assert said == targets


def test_the_tree_in_the_architecture_names_every_room() -> None:
    text = page("architecture")
    tree = text[text.index("src/flask_airlock/") : text.index("A login, walked")]
    names = {
        path.stem
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py" and path.parent.name != "pages"
    }
    assert not sorted(name for name in names if not re.search(rf"\b{name}\b", tree))
