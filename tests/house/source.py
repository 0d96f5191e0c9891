"""The project's source as the house rules see it: files, syntax trees, imports."""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE_NAME = "flask_airlock"
PACKAGE = ROOT / "src" / PACKAGE_NAME
DOCS = ROOT / "docs"
# The quick start is a published program, kept as it was published.
OWN_CODE = ("src", "tests", "tools", "bench", "examples/demo")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Import:
    """One imported name. Of ours: the module's name below the package; of others: the top name."""

    ours: bool
    target: str
    line: int


@dataclass(frozen=True)
class Module:
    """One Python file; `name` is dotted, below the package, and empty for the package itself."""

    path: Path
    name: str

    @cached_property
    def text(self) -> str:
        """The file's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.text, filename=str(self.path))

    def where(self, line: int = 1) -> str:
        """The place as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{line}"

    def imports(self) -> Iterator[Import]:
        """Every import wherever it stands, those for the type checker alone too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield _import(alias.name, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                for target in self._targets(node):
                    yield _import(target, node.lineno)

    def _targets(self, node: ast.ImportFrom) -> Iterator[str]:
        source = node.module or ""
        if node.level:
            parts = [PACKAGE_NAME, *filter(None, self.name.split("."))]
            depth = len(parts) - node.level + (self.path.name == "__init__.py")
            source = ".".join([*parts[:depth], *filter(None, [source])])
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            yield inner if _is_module(inner) else source


def _is_module(dotted: str) -> bool:
    path = PACKAGE.parent.joinpath(*dotted.split("."))
    return dotted.startswith(f"{PACKAGE_NAME}.") and (
        path.with_suffix(".py").is_file() or path.is_dir()
    )


def _import(dotted: str, line: int) -> Import:
    top, _, below = dotted.partition(".")
    if top == PACKAGE_NAME:
        return Import(True, below, line)
    return Import(False, top, line)


def is_standard(top: str) -> bool:
    """Whether a module comes with Python."""
    return top in sys.stdlib_module_names


@cache
def package_modules() -> tuple[Module, ...]:
    """Every module of the package."""
    return tuple(Module(path, _name_of(path)) for path in sorted(PACKAGE.rglob("*.py")))


def _name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def own_modules() -> tuple[Module, ...]:
    """Every Python file that we write: the package, its tests, the demo."""
    paths = (path for top in OWN_CODE for path in sorted((ROOT / top).rglob("*.py")))
    return tuple(Module(path, "") for path in paths)


def functions(tree: ast.Module) -> Iterator[Function]:
    """Every function, method and inner function."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def report(rule: str, trespasses: Iterable[str]) -> str:
    """The rule, and below it who breaks it."""
    return "\n  ".join([rule, *trespasses])
