"""Names of permissions: words without commas and blanks, so that a text column can hold several."""

from collections.abc import Collection, Iterable


def permission_names(names: Iterable[object]) -> tuple[str, ...]:
    """The names, each once; raises ValueError where there are none, or for what can't be one."""
    checked = tuple(dict.fromkeys(_checked(name) for name in names))
    if not checked:
        raise ValueError("name at least one permission")
    return checked


def unknown_names(names: Iterable[str], known: Collection[str] | None) -> list[str]:
    """Those that are not among the known ones; none where nobody said which are known."""
    return [] if known is None else [name for name in names if name not in known]


def _checked(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ValueError(f"a permission is a text that is not empty, not {name!r}")
    if "," in name or any(mark.isspace() for mark in name):
        raise ValueError(f"a permission has no comma and no blank: {name!r}")
    return name
