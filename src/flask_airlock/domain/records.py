"""Values that do not change: dataclasses whose methods are shared."""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Record:
    """What a subclass annotates is given by name (by place too with `kw_only=False`), and stays.

    Each subclass is a dataclass: `field`, `fields`, `replace` and `asdict` take it. The decorator
    `dataclass` compiles six methods for each class, though: of over a hundred that was a third of
    what importing this package took. All fields are given and compared; nothing is done afterwards.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _defaults: ClassVar[dict[str, Any]] = {}
    _makers: ClassVar[dict[str, Callable[[], Any]]] = {}

    def __init_subclass__(cls, *, kw_only: bool = True) -> None:
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        known = cls._fields = {it.name: it for it in fields(cls)}
        if hasattr(cls, "__post_init__") or not all(it.init and it.compare for it in fields(cls)):
            raise TypeError(f"{cls.__name__} wants what a Record does not do")
        cls._defaults = {
            name: it.default for name, it in known.items() if it.default is not MISSING
        }
        cls._makers = {
            name: it.default_factory
            for name, it in known.items()
            if it.default_factory is not MISSING
        }

    def __init__(self, *placed: Any, **named: Any) -> None:
        given = self._by_name(placed, named) if placed else named
        if given.keys() != self._fields.keys():
            given = self._completed(given)
        object.__setattr__(self, "__dict__", given)

    def _by_name(self, placed: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        places = [name for name, it in self._fields.items() if not it.kw_only]
        by_place = dict(zip(places, placed, strict=False))
        if len(placed) > len(places):
            raise TypeError(
                f"{type(self).__name__} takes {len(places)} by place, not {len(placed)}"
            )
        if twice := by_place.keys() & named.keys():
            raise TypeError(f"{type(self).__name__} was given twice: {sorted(twice)}")
        return by_place | named

    def _completed(self, given: dict[str, Any]) -> dict[str, Any]:
        made = {name: make() for name, make in self._makers.items() if name not in given}
        whole = self._defaults | made | given
        if odd := whole.keys() ^ self._fields.keys():
            raise TypeError(f"{type(self).__name__} lacks or does not know: {sorted(odd)}")
        return whole

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def __repr__(self) -> str:
        shown = (name for name, it in self._fields.items() if it.repr)
        facts = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({facts})"

    def _values(self) -> list[Any]:
        # Not all that lies in it: a cached property does, too.
        own = vars(self)
        return [own[name] for name in self._fields]
