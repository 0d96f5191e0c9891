"""What every event is."""

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base: whom it concerns. When and from where is added where it is recorded."""

    account_id: int | None = None
    name: ClassVar[str] = "event"

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def detail(self) -> dict[str, Any]:
        """The fields beside the account, ready for JSON."""
        names = (field.name for field in fields(self) if field.name != "account_id")
        return {name: getattr(self, name) for name in names}
