"""What is sent with a request: forms, documents, files, well formed and not."""

from collections.abc import Callable, Iterable
from urllib.parse import quote

from tests.hostile.states import Standing

FORM = "application/x-www-form-urlencoded"
# Given who sends it: the content type and the body.
Body = Callable[[Standing], tuple[str, bytes]]
Pairs = Iterable[tuple[str, str]]


def right_form(turn: int = 0, **other: str) -> Body:
    """Every field of ours with the best that the sender can put there, but for some others."""
    actions, methods = ("begin", "confirm", "prove", "resend"), ("authenticator", "email", "sms")

    def body(sender: Standing) -> tuple[str, bytes]:
        fields = {
            "email": sender.person.email,
            "password": sender.password,
            "current": sender.password,
            "username": "countess",
            "code": "73519024" if turn % 2 else "918273",
            "phone": "+12015550123",
            "method": methods[turn % 3],
            "purpose": "first_setup" if turn % 2 else "login",
            "action": actions[turn % 4],
        }
        return form_of((fields | other).items())(sender)

    return body


def form_of(pairs: Pairs, *, with_token: bool = True) -> Body:
    """A form as it is encoded; surrogates and NUL are sent as they are."""
    coded = [f"{in_url(name)}={in_url(value)}" for name, value in pairs]

    def body(sender: Standing) -> tuple[str, bytes]:
        token = [f"csrf_token={in_url(sender.token)}"] if with_token else []
        return FORM, "&".join([*token, *coded]).encode()

    return body


def document_of(document: str, content_type: str = "application/json") -> Body:
    """A document, well formed or not; `TOKEN` in it is the sender's form token."""
    return lambda sender: (content_type, _raw(document.replace("TOKEN", sender.token)))


def parts_of(pairs: Pairs, filename: str | None = None, *, token_too: bool = True) -> Body:
    """A form in parts, all of them files if there is a file name."""
    named = "" if filename is None else f'; filename="{filename}"'

    def body(sender: Standing) -> tuple[str, bytes]:
        token = [_part("csrf_token", "", sender.token)] if token_too else []
        parts = [*token, *(_part(name, named, value) for name, value in pairs)]
        return "multipart/form-data; boundary=b", _raw("".join(parts) + "--b--\r\n")

    return body


def in_another_shape(content_type: str) -> Body:
    """A good form in parts, under a content type that says something else."""
    return lambda sender: (content_type, parts_of([("code", "918273")])(sender)[1])


def in_url(text: str) -> str:
    """Percent-encoded."""
    return quote(_raw(text), safe="")


def _part(name: str, named: str, value: str) -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{value}\r\n'


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
