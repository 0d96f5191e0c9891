"""The pages of the allauth application: where Django looks for them."""

from typing import Any

from django.contrib.auth.decorators import login_required, user_passes_test
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def _is_admin(user: Any) -> bool:
    found: bool = user.groups.filter(name="admin").exists()
    return found


@login_required  # type: ignore[untyped-decorator]
def inside(request: HttpRequest) -> HttpResponse:
    """For who is signed in."""
    return HttpResponse(f"Inside: {request.user.email}")


@login_required  # type: ignore[untyped-decorator]
@user_passes_test(_is_admin)  # type: ignore[untyped-decorator]
def admin(request: HttpRequest) -> HttpResponse:
    """For one group: Django's word for a role."""
    del request
    return HttpResponse("Admin")


urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("inside", inside),
    path("admin", admin),
]
