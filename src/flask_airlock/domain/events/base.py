"""What every event is."""

import re
from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """What a subclass annotates has to be given by name, and stays as it is.

    So is a frozen dataclass, but its methods are compiled for each class: of sixty of them that
    was what took longest in an application's start.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        own = get_annotations(cls)
        cls.fields = (*cls.fields, *own)
        cls._defaults = cls._defaults | {name: vars(cls)[name] for name in own if name in vars(cls)}

    def __init__(self, **facts: Any) -> None:
        given = self._defaults | facts
        if given.keys() != set(self.fields):
            raise TypeError(f"{type(self).__name__} takes {self.fields}, not {tuple(given)}")
        vars(self).update((name, given[name]) for name in self.fields)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        return vars(other) == vars(self) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({facts})"


class Event(Record):
    """The base: whom it concerns. When and from where is added where it is recorded."""

    account_id: int | None = None
    name = "event"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def detail(self) -> dict[str, Any]:
        """The fields beside the account, ready for JSON."""
        return {name: value for name, value in vars(self).items() if name != "account_id"}
