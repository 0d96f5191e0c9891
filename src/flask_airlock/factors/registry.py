"""Name to factor: a dictionary built in one place, in the order of the configuration."""

from collections.abc import Iterable, Iterator

from ..errors import MethodNotOffered
from .protocol import Factor


class FactorRegistry:
    """The factors that the application enabled."""

    def __init__(self, factors: Iterable[Factor]) -> None:
        self._by_name = {factor.name: factor for factor in factors}

    def __iter__(self) -> Iterator[Factor]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Factor:
        try:
            return self._by_name[name]
        except KeyError:
            raise MethodNotOffered(name) from None

    def enabled(self, methods: Iterable[str]) -> list[str]:
        """Those of an account's methods that the application has switched on."""
        return [method for method in methods if method in self._by_name]
