"""People whose second step is set up already: how they came to it, other stories tell."""

from dataclasses import dataclass, field

from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Somebody, Visitor
from tests.people import Person


@dataclass
class Resident(Person):
    """Reads the letters and text messages that really came to the site's visitors."""

    site: Site = field(kw_only=True)

    def mailed_code(self) -> str:
        """The code of the next letter."""
        return self.site.mailed_code()

    def texted_code(self) -> str:
        """The code of the next text message."""
        return self.site.texted_code()


def settle(
    visitor: Visitor, site: Site, person: Somebody, method: str, *, stays: bool = True
) -> None:
    """Give the visitor's browser all that it would have after both doors, signed in or out again.

    The way leads through the same pages, without a browser to draw them.
    """
    resident = Resident(site.application, person.email, person.password, site=site)
    way = site.application.browser().enrol(resident, method)
    assert way.is_signed_in, way.page
    if not stays:
        way.log_out()
    visitor.page.context.add_cookies(
        [
            {"name": held.key, "value": held.value, "url": site.base}
            for held in (way.client._cookies or {}).values()
        ]
    )
    visitor.app_key = resident.app_key
    site.a_minute_later()
