"""What stores promise, which races show it, and which methods of stores write and answer."""

import ast
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from flask_airlock.storage.promises import PROMISES
from tests.house.source import PACKAGE_NAME, ROOT, Function, Module, package_modules

RACES = ROOT / "tests" / "races"
WRITES = {"insert", "update", "delete", "commit"}

Race = Callable[..., Any]


def promised() -> dict[str, str]:
    """The sentence of each promise, by its method."""
    for module in _stores():
        import_module(f"{PACKAGE_NAME}.{module.name}")
    return PROMISES


def races() -> Iterator[tuple[str, Race]]:
    """Every race, and where it is: `races/test_one_code: test_...`."""
    for path in sorted(RACES.glob("test_*.py")):
        module = import_module(f"tests.races.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_") and function.__module__ == module.__name__:
                yield f"races/{path.stem}: {name}", function


def named_by(race: Race) -> list[str]:
    """The promises that a race says it shows."""
    marks = getattr(race, "pytestmark", [])
    return [name for mark in marks if mark.name == "promise" for name in mark.args]


def shown() -> dict[str, list[str]]:
    """The races of each promise that a race names, those about the fewest promises first."""
    found = defaultdict(list)
    for place, race in sorted(races(), key=lambda pair: len(named_by(pair[1]))):
        for name in named_by(race):
            found[name].append(place)
    return dict(found)


def runs_everywhere(race: Race) -> bool:
    """Whether it is given an arena: one for each database, with processes to race there."""
    given = inspect.signature(race).parameters.values()
    return any("Arena" in str(parameter.annotation) for parameter in given)


def writers() -> Iterator[str]:
    """The public methods of stores that change something and tell their caller about it."""
    scopes, functions = dict(_classes()), dict(_functions())
    for scope in scopes.values():
        there = functions | _inherited(scope, scopes)
        for method in _methods(scope).values():
            is_public = not method.name.startswith("_")
            if is_public and _answers(method) and _reached(method, there) & WRITES:
                yield f"{scope.name}.{method.name}"


def _stores() -> Iterator[Module]:
    return (module for module in package_modules() if module.name.startswith("storage."))


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for module in _stores():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                yield node.name, node


def _functions() -> Iterator[tuple[str, Function]]:
    """What makes statements, as `name` and as `module.name`."""
    for module in _stores():
        for node in module.tree.body:
            if isinstance(node, Function):
                yield node.name, node
                yield f"{module.name.removeprefix('storage.')}.{node.name}", node


def _methods(scope: ast.ClassDef) -> dict[str, Function]:
    return {node.name: node for node in scope.body if isinstance(node, Function)}


def _answers(method: Function) -> bool:
    return not (isinstance(method.returns, ast.Constant) and method.returns.value is None)


def _inherited(scope: ast.ClassDef, scopes: dict[str, ast.ClassDef]) -> dict[str, Function]:
    """The methods of a class and of those above it, as they are called there."""
    bases = [scopes[ast.unparse(base)] for base in scope.bases if ast.unparse(base) in scopes]
    return {f"self.{name}": it for place in (*bases, scope) for name, it in _methods(place).items()}


def _reached(method: Function, there: dict[str, Function]) -> set[str]:
    """The last names of all that a method calls, also by way of what is `there`."""
    called: set[str] = set()
    waiting = [method]
    while waiting:
        fresh = _called(waiting.pop()) - called
        called |= fresh
        waiting += [there[name] for name in fresh if name in there]
    return {name.rpartition(".")[2] for name in called}


def _called(function: Function) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {ast.unparse(call) for call in calls}
