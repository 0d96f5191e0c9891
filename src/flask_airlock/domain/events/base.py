"""What every event is."""

import re
from dataclasses import fields
from typing import Any

from ..records import Record


class Event(Record):
    """The base: whom it concerns. When and from where is added where it is recorded."""

    account_id: int | None = None
    name = "event"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def detail(self) -> dict[str, Any]:
        """The fields beside the account, ready for JSON."""
        facts = ((it.name, getattr(self, it.name)) for it in fields(self))
        return {name: value for name, value in facts if name != "account_id"}
