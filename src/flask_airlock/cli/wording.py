"""One sentence per reason why a command could not be carried out."""

from ..errors import AirlockError, NotDone

SENTENCES = {
    "approved_already": "{email} is helped already: due {due}",
    "approver_unnamed": "SECURITY_RESCUE_APPROVERS is 2: say who you are, with --by",
    "approver_is_user": "{email} can't approve help for himself",
    "approver_twice": "{by} has approved it already: another administrator has to",
    "approver_name": "a name has 1 to 64 characters, all of them visible",
    "cancelled": "nothing was changed",
    "has_password": "{email} has a password: the page for forgotten passwords sets another",
    "inactive": "{email} is inactive: activate first",
    "invalid_address": "{name} is not a mail address",
    "invalid_permission": "{what}",
    "invalid_username": "{name} is not a user name",
    "missing": "{what}",
    "no_active": "the User model has no column named active",
    "no_confirmed_at": "the User model has no column named confirmed_at",
    "no_legacy_columns": (
        "there is nothing to adopt: the User model needs a column two_factor_primary_method, and "
        "totp_secret or phone_number"
    ),
    "no_reason": "say why, with --reason",
    "no_rescue": "nothing is under way for {email}",
    "no_roles": "the application has no roles",
    "no_usernames": "user names are switched off: see SECURITY_USERNAME_ENABLE",
    "role_exists": "there is a role {role} already",
    "sealed_by_newest": "every sealed value opens under the newest key, {newest}",
    "sealed_by_none": "{count} of {where} open under none of the configured keys",
    "sealed_by_older": (
        "{count} of {where} lie under an older key still: a process that has not been restarted "
        "since seals with it; restart all, and run this again"
    ),
    "stuck": "{count} could not be removed: rows of the application's own still need them",
    "too_many_links": "three links went to {email} within the hour: wait before the next one",
    "unknown_permission": "SECURITY_PERMISSIONS does not list {names}",
    "unknown_role": "there is no role {role}",
    "unknown_session": "{email} has no session {id} that is alive",
    "unknown_user": "there is no user {name}",
    "user_exists": "there is a user {name} already",
    "user_in_use": "rows of the application's own still need {email}: remove them, or deactivate",
    "user_refused": (
        "the User model refused {email}: a column that needs a value, or one that must be unique?"
    ),
    "username_needed": "every user needs a user name: add --username",
    "username_taken": "{name} is somebody else's user name",
    # Why a factor of an older program was left as it is.
    "changed_meanwhile": "has set up a factor meanwhile",
    "method_off": "its method is switched off: see SECURITY_TWO_FACTOR_ENABLED_METHODS",
    "no_secret": "the key is a placeholder",
    "short_key": "the key has fewer than 80 bits",
    "unreadable_key": "the key is not base32",
    "unreadable_number": "that is no phone number",
    # What is wrong with an address.
    "collision": "somebody else has that address, or would have it",
    "impossible": "no mail server could carry this address",
}
# What becomes of somebody who lacks the factor that is demanded of him.
FATES = {
    "inactive": "locked out: is inactive",
    "methods_off": "would set up another one: the methods of before are switched off",
    "needs_setup_link": (
        "locked out: waits for a set-up link (flask airlock rescues approve sends another)"
    ),
    "no_address": "locked out: no mail can be sent there, and the first set-up needs a mailed code",
    "no_factor": "would set one up",
    "unconfirmed": "locked out: has not confirmed the address",
}
STORE_BUSY = "the database is busy: run the command again"


def sentence(problem: AirlockError) -> str:
    """What an administrator reads of an error."""
    if isinstance(problem, NotDone):
        return SENTENCES[problem.reason].format(**problem.facts)
    return STORE_BUSY if problem.code == "store_busy" else str(problem) or problem.code


def code(problem: AirlockError) -> str:
    """The stable word that a program reads of an error."""
    return problem.reason if isinstance(problem, NotDone) else problem.code
