"""The settings of allauth's quick start, for e-mail addresses and authenticator apps."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

SETTINGS: dict[str, Any] = {
    "ALLOWED_HOSTS": ["localhost"],
    "ROOT_URLCONF": "bench.peers.allauth_pages",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.mfa",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "AUTHENTICATION_BACKENDS": [
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*", "password2*"],
    "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
    "LOGIN_REDIRECT_URL": "/inside",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "USE_TZ": True,
}


def connection_to(database: str) -> dict[str, Any]:
    """What SQLAlchemy's URL says, in Django's words."""
    url = urlsplit(database)
    if url.scheme == "sqlite":
        where = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.path.removeprefix("/")}
        return where | {"CONN_MAX_AGE": None}
    query = parse_qs(url.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.removeprefix("/"),
        "USER": url.username,
        "HOST": query["host"][0],
        "PORT": query["port"][0],
        "CONN_MAX_AGE": None,
    }
