"""Queries that are no UTF-8, as some servers hand them on."""

from collections.abc import Callable

from tests.applications import WHOLE_LIFE, Application
from tests.hostile.routes import every_route

BYTES = "next=\xff&\xe8=\x00"


def test_our_pages_refuse_them(applications: Callable[..., Application]) -> None:
    app = applications(**WHOLE_LIFE, DEBUG=True).app
    client = app.test_client()
    ours = [it for it in every_route(app) if it.endpoint.startswith(("security.", "airlock_o"))]
    assert len(ours) > 20
    for route in ours:
        for path in route.paths():
            for method in route.methods:
                answer = client.open(path, method=method, environ_overrides={"QUERY_STRING": BYTES})
                assert answer.status_code == 400, path
                assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_pages_of_the_application_with_a_logout_button_do_not_break(
    application: Application,
) -> None:
    answer = application.app.test_client().get("/", environ_overrides={"QUERY_STRING": BYTES})
    assert "Home of nobody" in answer.text
