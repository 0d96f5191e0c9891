"""What each letter is told, for an example."""

CODE = "20471936"
SERVICE = 'Ben & "Jerry\'s" <b>'
LINK = "https://example.com/link/abc?x=1&y=2"
AT: dict[str, object] = {"at": "14:32 UTC", "browser": "Firefox on Linux", "address": "192.0.2.7"}
STOP = f"{LINK}-not-me"
# Of those whose reader can stop what they tell.
STOPPED: dict[str, object] = {"not_me": STOP, **AT}
FACTOR: dict[str, object] = {
    "method": "sms", "name": "Work <phone>", "destination": "•••• 123", **STOPPED,
}  # fmt: skip
FACTS: dict[str, dict[str, object]] = {
    "code": {"code": CODE, "minutes": 10, "purpose": "login", **AT},
    "setup_link": {"link": LINK, "hours": 24},
    "rescue_request": {
        "email": "ada@example.com",
        "minutes": 1440,
        "hours": 24,
        "approvers": 1,
        **AT,
    },
    "rescue_heard": AT,
    "confirm_address": {"link": LINK, "hours": 24, **AT},
    "welcome": AT,
    "account_exists": AT,
    "registered_again": {"link": LINK, "hours": 24, **AT},
    "invitation": {"link": LINK, "hours": 24, **AT},
    "reset_password": {"link": LINK, "minutes": 30, "closed": False, **AT},
    "password_was_reset": {"held_until": "25 November 2026, 14:32 UTC", **STOPPED},
    "password_changed": STOPPED,
    "confirm_new_address": {"link": LINK, "hours": 24, **AT},
    "email_changed": {"link": LINK, "hours": 72, **AT},
    "email_restored": AT,
    "username_changed": {"username": 'O\'Hara & <Sons> "1"', **STOPPED},
    "sessions_ended": {"which": "others", **STOPPED},
    "trusted_browser_stolen": {"name": "Küche & <Bad>", "added": "1 November 2026", **STOPPED},
    "account_going": {"on": "1 December 2026, 14:32 UTC", **STOPPED},
    "account_kept": AT,
    "account_gone": {"asked": "24 November 2026, 14:32 UTC", **AT},
    "factor_added": FACTOR,
    "factor_renamed": {"renamed": "Home", **FACTOR},
    "factor_removed": {"is_last": True, **FACTOR},
    "factor_closed": {"method": "sms", **STOPPED},
    "new_browser": STOPPED,
    "right_after_failures": {"method": "password", "failures": 7, **STOPPED},
    "wrong_factor": {"method": "authenticator", **STOPPED},
    "second_factor_due": {"due": "8 December 2026, 14:32 UTC", **STOPPED},
    "rescue_address_code": {"code": CODE, "minutes": 10, **AT},
    "rescue_address_added": {"destination": "g•••@e•••.org", "on": "25 November 2026", **STOPPED},
    "rescue_address_removed": {"destination": "g•••@e•••.org", **STOPPED},
    "recovery_codes_made": STOPPED,
    "recovery_code_used": {"left": 9, **STOPPED},
    "rescue_approved": {"on": "25 November 2026, 14:32 UTC", "link": LINK, **AT},
    "rescue_cancelled": AT,
    "rescue_code": {"code": "ABCD-EFGH", "minutes": 15, **AT},
    "rescued": FACTOR,
    "factor_adopted": {"method": "authenticator", "is_weak": True, **AT},
}
