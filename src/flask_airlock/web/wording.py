"""One sentence per code: the one file to translate and to proof-read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from ..domain.accounts import UNKNOWN_BROWSER
from ..domain.one_time_codes import TRIES_PER_CODE
from ..domain.policy import MOST_OF_A_KIND
from ..domain.rescue import MOST_ADDRESSES
from ..errors import AddressRefused, AirlockError, MailboxHeld, PasswordRefused, TooSoon
from ..flows.notices import in_words
from .context import services
from .translation import translate as _

LONGEST_IN_MINUTES = 120

STATUS = {
    "too_many_tries": 429,
    "factor_closed": 429,
    "password_closed": 429,
    "too_soon": 429,
    "rescue_too_soon": 429,
    "method_not_offered": 404,
    "no_such_row": 404,
    "setup_link_needed": 403,
    "proof_too_old": 403,
    "mailbox_held": 403,
    "link_spent": 410,
    "address_taken": 409,
    "unsealable": 403,
    "too_many_factors": 409,
    "last_factor": 409,
    "store_busy": 503,
    "store_failed": 503,
}


# Drawn when they are asked for: the language is the request's.
WORDS: dict[str, Callable[[], str]] = {
    "wrong_credentials": lambda: _("That mail address or password is not right."),
    "wrong_answer": lambda: _("That code is not right, or it has expired."),
    "too_many_tries": lambda: _(
        "That was wrong %(times)s times. Use another way, or sign in again to get a new code.",
        times=TRIES_PER_CODE,
    ),
    "factor_closed": lambda: _(
        "This method was switched off after too many wrong codes. "
        "Use another one, or a browser you have signed in with before."
    ),
    "password_closed": lambda: _(
        "Signing in with this password was switched off after too many wrong ones. %(instead)s",
        instead=_way_around(),
    ),
    "login_lapsed": lambda: _("Your login took too long or is over. Please sign in again."),
    "setup_lapsed": lambda: _("That set-up has expired. Please start it again."),
    "method_not_offered": lambda: _("This method is not available here."),
    "no_such_row": lambda: _("There is no such entry here (any more)."),
    "setup_link_needed": lambda: _(
        "To set up a second step here you need a link that is mailed to you. It works once, for 24 "
        "hours: open it in this browser, then sign in. You have none, or it is too old? "
        "Ask for help."
    ),
    "proof_too_old": lambda: _("Sign out and sign in again first, to show that it is you."),
    "rescue_too_soon": lambda: _("You asked for help within the last day already."),
    "invalid_phone_number": lambda: _(
        "That is not a phone number we can use. Write it with its country code, such as +44."
    ),
    "expired_form": lambda: _("This page had been open for too long. Please try again."),
    "not_a_recovery_code": lambda: _(
        "A recovery code has 16 letters and digits, in four groups of four."
    ),
    "codes_shown": lambda: _(
        "These codes were shown already, and can’t be shown again. "
        "If you did not keep them, make new ones."
    ),
    "codes_kept": lambda: _("Good: you have kept your recovery codes."),
    "not_a_code": lambda: _("Enter the code: digits only."),
    "not_letters": lambda: _("Enter the code: eight letters and digits."),
    "address_on_file": lambda: _(
        "Codes go to this address already. Take another mailbox, which is not opened together "
        "with it."
    ),
    "address_listed": lambda: _("This address is on your list already."),
    "too_many_addresses": lambda: _(
        "You have %(most)s rescue addresses, which is as many as there may be. Remove one first.",
        most=MOST_ADDRESSES,
    ),
    "rescue_address_proved": lambda: _("The address is proved. It leads back from tomorrow on."),
    "rescue_address_removed": lambda: _("The address was removed."),
    "required": lambda: _("Please fill this in."),
    "too_long": lambda: _("That is too long."),
    "unsealable": lambda: _("This can't be checked right now. Please try again later."),
    "not_allowed": lambda: _("This account can't sign in here."),
    "store_busy": lambda: _("Too much is going on right now. Please try again in a moment."),
    "store_failed": lambda: _("Something is out of order. Please try again later."),
    "setup_link": lambda: _("Sign in with your password to set up your new second step."),
    "added": lambda: _("Done. From now on it is asked for when you sign in."),
    "code_sent": lambda: _("A new code is on its way."),
    "address_proved": lambda: _("Thank you. Now choose your second step."),
    "wrong_password": lambda: _("That is not your current password."),
    "invalid_address": lambda: _("That is not a mail address we can use."),
    "invalid_username": lambda: _(
        "A user name has 3 to 32 letters or digits, with single dots, dashes or underlines between."
    ),
    "invalid_name": lambda: _("A name has 1 to 64 characters, all of them visible."),
    "name_taken": lambda: _("You have something else of this name. Please choose another one."),
    "last_factor": lambda: _(
        "This is your only second step, and you need one here. Add another one first."
    ),
    "too_many_factors": lambda: _(
        "You have %(most)s of this kind, which is as many as there may be. Remove one first.",
        most=MOST_OF_A_KIND,
    ),
    "factor_renamed": lambda: _("The name was changed."),
    "factor_preferred": lambda: _("From now on this one is asked for first."),
    "factor_removed": lambda: _("It was removed, and you were signed out everywhere else."),
    "values_refused": lambda: _(
        "That could not be saved: something is too long, missing, or taken by somebody else."
    ),
    "username_taken": lambda: _("Somebody else has this user name. Please choose another one."),
    "address_taken": lambda: _("This address belongs to another account by now."),
    "link_spent": lambda: _("This link was used already, or it has expired."),
    "registered": lambda: _(
        "Your account is ready: sign in. If you had one before, we have sent you a letter instead."
    ),
    "confirmed": lambda: _("Thank you, your address is confirmed. Now sign in."),
    "password_set": lambda: _("Your new password is set. Sign in with it."),
    "password_changed": lambda: _("Your password was changed, and you were signed out elsewhere."),
    "email_changed": lambda: _("Your mail address was changed."),
    "email_restored": lambda: _(
        "Your address is back, and everybody was signed out. A link to choose a new password is on "
        "its way there: the old one opens nothing any more."
    ),
    "username_changed": lambda: _("Your user name was changed."),
    "session_ended": lambda: _("That browser was signed out."),
    "session_over": lambda: _("That browser was signed out already."),
    "others_ended": lambda: _("All other browsers were signed out."),
    "no_others": lambda: _("No other browser was signed in."),
    "all_ended": lambda: _("You were signed out everywhere."),
    "trust_renamed": lambda: _("That browser has its new name."),
    "trust_removed": lambda: _("That browser is trusted no longer."),
    "trust_all_removed": lambda: _("No browser is trusted any longer."),
    "insecure": lambda: _(
        "This page came over plain http, where your browser will not keep you signed in. "
        "Use https; for development run with --debug or set SECURITY_COOKIE_SECURE = False."
    ),
}


PASSWORD_WORDS: dict[str, Callable[[int], str]] = {
    "too_short": lambda minimum: _(
        "That is too short: use at least %(minimum)s characters. "
        "Several words that do not belong together are easy to remember and hard to guess.",
        minimum=minimum,
    ),
    "too_long": lambda _minimum: _("That is too long: use at most 256 characters."),
    "too_common": lambda _minimum: _(
        "Many people use this password, so it is tried first. "
        "Take several words that do not belong together, or let a password manager make one."
    ),
    "too_personal": lambda _minimum: _(
        "This is little more than your own name, or the name of this service. "
        "Take words that have nothing to do with either."
    ),
    "breached": lambda _minimum: _(
        "This password was stolen from another site and is on lists that attackers use. "
        "Take another one, here and wherever else you have it."
    ),
}


def _way_around() -> str:
    """What opens to the owner where strangers have spent what there was."""
    if services().settings.recoverable:
        return _("Choose a new one by mail, or use a browser you have signed in with before.")
    return _("Use a browser you have signed in with before.")


def told(problem: AirlockError) -> str:
    """The sentence for an error, with what it carries."""
    match problem:
        case TooSoon(for_all=True):
            return _(
                "Too many codes were wrong in the last weeks: the next is looked at %(when)s. "
                "If these were not yours, somebody knows your password. %(instead)s",
                when=_when(problem.until),
                instead=_way_around(),
            )
        case TooSoon():
            return _("Please wait: you can try again %(when)s.", when=_when(problem.until))
        case PasswordRefused():
            return PASSWORD_WORDS[problem.reason](problem.minimum)
        case AddressRefused():
            return words(problem.reason)
        case MailboxHeld():
            return _(
                "The password was reset by mail, so codes by mail are off until %(until)s. "
                "Use another way, or a browser you have signed in with before.",
                until=in_words(problem.until),
            )
    return words(problem.code)


def seconds_until(time: datetime) -> int:
    """How long it is until then; one second at the least."""
    return max(1, ceil((time - services().clock()).total_seconds()))


def _when(time: datetime) -> str:
    """A time by its distance and by the clock."""
    seconds, clock = seconds_until(time), f"{time:%H:%M} UTC"
    minutes = ceil(seconds / 60)
    if seconds == 1:
        return _("in a second (%(time)s)", time=clock)
    if minutes == 1:
        return _("in %(seconds)s seconds (%(time)s)", seconds=seconds, time=clock)
    if minutes <= LONGEST_IN_MINUTES:
        return _("in %(minutes)s minutes (%(time)s)", minutes=minutes, time=clock)
    return _("on %(time)s", time=in_words(time))


def length_words(length: timedelta | None) -> str | None:
    """How long something lasts: in days where these are whole, else in hours."""
    if length is None:
        return None
    hours = max(1, round(length.total_seconds() / 3600))
    days, rest = divmod(hours, 24)
    if rest or not days:
        return _("one hour") if hours == 1 else _("%(hours)s hours", hours=hours)
    return _("one day") if days == 1 else _("%(days)s days", days=days)


def words(code: str) -> str:
    """The sentence for an error's or a notice's code."""
    return WORDS[code]()


NOTICES = (
    "login_lapsed", "setup_link", "added", "code_sent", "address_proved", "setup_lapsed",
    "not_allowed", "expired_form", "too_many_tries", "factor_closed", "registered", "confirmed",
    "password_set", "password_changed", "email_changed", "email_restored", "username_changed",
    "factor_renamed", "factor_preferred", "factor_removed",
    "session_ended", "session_over", "others_ended", "no_others", "all_ended",
    "rescue_address_proved", "rescue_address_removed",
    "codes_shown", "codes_kept",
    "trust_renamed", "trust_removed", "trust_all_removed",
)  # fmt: skip


def notice(code: str | None) -> str | None:
    """The sentence for a notice that came along in a URL; only our own codes are known."""
    return words(code) if code in NOTICES else None


def status_of(problem: AirlockError) -> int:
    """The HTTP status for an error that a page shows."""
    return STATUS.get(problem.code, 422)


def browser_words(browser: str) -> str:
    """A browser's name as it stands for itself."""
    return _("An unknown browser") if browser == UNKNOWN_BROWSER else browser


def method_words(method: str) -> tuple[str, str]:
    """A method's name and what to do, as the second step says it."""
    return {
        "email": lambda: (_("Mail"), _("We send an 8-digit code to your mailbox.")),
        "authenticator": lambda: (
            _("Authenticator app"),
            _("Open your authenticator app and enter the 6-digit code."),
        ),
        "sms": lambda: (_("Text message"), _("We send a 6-digit code to your phone.")),
        "recovery_code": lambda: (
            _("Use a recovery code"),
            _("One of those that you printed or saved."),
        ),
    }[method]()


def setup_words(method: str) -> str:
    """What choosing a method means, as the set-up page says it."""
    return {
        "email": lambda: _("A code to your mailbox at each login. Weaker than an app."),
        "authenticator": lambda: _("A code from an app on your phone. Works without a network."),
        "sms": lambda: _("A code by text message. Can be intercepted; an app is safer."),
    }[method]()
