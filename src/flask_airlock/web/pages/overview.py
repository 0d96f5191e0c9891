"""The security page: what a person has, where each is changed, and what to do next."""

from flask import Response, current_app

from ...domain.addresses import masked_address
from ...domain.records import Record
from ...domain.recovery_codes import RecoveryState
from ...flows import overview
from ...flows.notices import in_words
from ...flows.overview import Overview
from .. import cookies
from ..context import services
from ..current_user import for_signed_in
from ..translation import translate
from ..wording import method_words
from .forms import BareForm
from .rendering import page


class Row(Record):
    """A page that is one click away: where, and what it holds now."""

    endpoint: str
    icon: str
    label: str
    state: str


class Section(Record):
    """Rows that belong together."""

    id: str
    title: str
    rows: list[Row]


class Advice(Record):
    """What to do next, and where."""

    endpoint: str
    words: str
    link: str


@for_signed_in
def show_overview() -> Response:
    """GET of `security.overview`."""
    found = overview.look(services(), cookies.session_token())
    sections = [_signing_in(found), _use(found), _account()]
    return page(
        "overview.html",
        sections=[section for section in sections if section.rows],
        advice=_advice(found),
        logout_form=BareForm(),
    )


def _signing_in(found: Overview) -> Section:
    rows = [
        Row(
            endpoint="security.change_password",
            icon="password",
            label=translate("Password"),
            state=translate("Change it here."),
        )
    ]
    if services().policy.enabled:
        names = dict.fromkeys(method_words(line.method)[0] for line in found.methods)
        rows.append(
            Row(
                endpoint="security.factors",
                icon="authenticator",
                label=translate("Second step"),
                state=", ".join(names) or translate("None yet."),
            )
        )
        if found.may_have_codes or found.recovery:
            rows.append(_recovery_row(found.recovery))
        rows.append(_rescue_addresses(found))
        rows.append(_trusted_browsers(found.trusted))
    return Section(id="signing-in", title=translate("Signing in"), rows=_that_are_there(rows))


def _trusted_browsers(count: int) -> Row:
    some = translate("%(count)s browsers are asked for no code.", count=count)
    few = {
        0: translate("A code is asked for in every browser."),
        1: translate("One browser is asked for no code."),
    }
    return Row(
        endpoint="security.trusted_browsers",
        icon="screen",
        label=translate("Trusted browsers"),
        state=few.get(count, some),
    )


def _use(found: Overview) -> Section:
    browsers = translate("In %(count)s browsers.", count=found.sessions)
    rows = [
        Row(
            endpoint="security.sessions",
            icon="screen",
            label=translate("Where you are signed in"),
            state=translate("In this browser.") if found.sessions == 1 else browsers,
        ),
        Row(
            endpoint="security.activity",
            icon="clock",
            label=translate("Recent activity"),
            state=translate("What happened to your account."),
        ),
    ]
    return Section(id="use", title=translate("Use of your account"), rows=rows)


def _rescue_addresses(found: Overview) -> Row:
    there = [masked_address(it.address or "") for it in found.rescue_addresses]
    return Row(
        endpoint="security.rescue_addresses",
        icon="email",
        label=translate("Rescue addresses"),
        state=", ".join(there) or translate("None yet."),
    )


def _recovery_row(state: RecoveryState | None) -> Row:
    return Row(
        endpoint="security.recovery_codes",
        icon="recovery_code",
        label=translate("Recovery codes"),
        state=translate("%(left)s left", left=state.left) if state else translate("None yet."),
    )


def _account() -> Section:
    rows = [
        Row(
            endpoint="security.change_email",
            icon="email",
            label=translate("Mail address"),
            state=translate("Where codes and letters go."),
        ),
        Row(
            endpoint="security.change_username",
            icon="person",
            label=translate("User name"),
            state=translate("Another name to sign in with."),
        ),
        Row(
            endpoint="security.delete_account",
            icon="bin",
            label=translate("Delete the account"),
            state=translate("With all that is yours here."),
        ),
    ]
    return Section(id="account", title=translate("Your account"), rows=_that_are_there(rows))


def _that_are_there(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.endpoint in current_app.view_functions]


def _why_one(found: Overview) -> str:
    if found.factor_due_at is None:
        return translate("A stolen password alone opens your account.")
    due = in_words(found.factor_due_at)
    return translate(
        "Until %(due)s your password alone still signs you in. After that you need a second step.",
        due=due,
    )


def _advice(found: Overview) -> list[Advice]:
    """The most urgent first."""
    if not services().policy.enabled:
        return []
    if not found.methods:
        return [
            Advice(
                endpoint="security.enrol",
                words=_why_one(found),
                link=translate("Set up a second step"),
            )
        ]
    advice = []
    if len(found.methods) == 1:
        advice.append(
            Advice(
                endpoint="security.enrol",
                words=translate("You have one way to confirm that it is you. It may get lost."),
                link=translate("Add a second one"),
            )
        )
    if not found.rescue_addresses:
        advice.append(
            Advice(
                endpoint="security.rescue_addresses",
                words=translate("A second mailbox can bring you back when all else is lost."),
                link=translate("Add a rescue address"),
            )
        )
    if found.may_have_codes:
        advice += _advice_on_codes(found.recovery)
    return advice


def _advice_on_codes(state: RecoveryState | None) -> list[Advice]:
    if state is None:
        text = translate("You have no recovery codes for the day on which your phone is gone.")
        link = translate("Get recovery codes")
    elif state.is_low:
        text = translate("%(left)s of your recovery codes are left.", left=state.left)
        link = translate("Make new ones")
    elif not state.kept:
        text = translate("You have not shown yet that you kept your recovery codes.")
        link = translate("Type one back")
    else:
        return []
    return [Advice(endpoint="security.recovery_codes", words=text, link=link)]
