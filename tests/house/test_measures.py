"""How long, how documented, how finished."""

import ast
from collections.abc import Iterator

from tests.house.source import (
    PACKAGE,
    Function,
    Module,
    functions,
    own_modules,
    package_modules,
    report,
)

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_EXPORTED_NAMES = 30
# The first is a Record's own; the tables have one that is made with them; a clock is moved.
COMPILED = ("domain.records", "storage.tables", "testing")
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X")


def test_no_file_is_too_long() -> None:
    """A file is read in one sitting."""
    lengths = {module: len(module.text.splitlines()) for module in own_modules()}
    long = [
        f"{module.where()} {lines}" for module, lines in lengths.items() if lines > LONGEST_FILE
    ]
    assert not long, report(f"A file has at most {LONGEST_FILE} lines.", long)


def test_no_function_is_too_long() -> None:
    """A function is seen on one screen."""
    long = [
        f"{module.where(function.lineno)} {function.name}: {_length(function)}"
        for module in own_modules()
        for function in functions(module.tree)
        if _length(function) > LONGEST_FUNCTION
    ]
    assert not long, report(f"A function has at most {LONGEST_FUNCTION} lines.", long)


def test_values_are_records() -> None:
    """The decorator compiles methods for each class, which every start would wait for."""
    compiled = [
        module.where(node.lineno)
        for module in package_modules()
        if module.name not in COMPILED
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and any("dataclass" in ast.unparse(it).split("(")[0] for it in node.decorator_list)
    ]
    assert not compiled, report("A value is a Record (domain/records.py).", compiled)


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_every_public_name_says_what_it_does() -> None:
    """Modules, classes, functions and methods of the package."""
    silent = [
        f"{module.where(line)} {name}"
        for module in package_modules()
        for name, line in _undocumented(module)
    ]
    assert not silent, report("Every public module, class and function has a docstring.", silent)


def _undocumented(module: Module) -> Iterator[tuple[str, int]]:
    if not ast.get_docstring(module.tree):
        yield "the module", 1
    for node in _public(module.tree):
        if not ast.get_docstring(node):
            yield node.name, node.lineno


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | Function]:
    """Public classes and functions; what is inside a function is nobody else's business."""
    for node in scope.body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            if not _says_nothing_new(node):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _says_nothing_new(node: ast.ClassDef | Function) -> bool:
    """Whether it is a further form of a documented one: an overload or a property's setter."""
    decorators = (ast.unparse(decorator) for decorator in node.decorator_list)
    return any(
        name.endswith(("overload", "override", ".setter", ".deleter")) for name in decorators
    )


def test_nothing_is_left_for_later() -> None:
    """What is not done is in an issue, not in the source."""
    paths = sorted(path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html", ".txt"})
    left = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in UNFINISHED)
    ]
    assert not left, report(f"No {' or '.join(UNFINISHED)} in the package.", left)


def test_nothing_prints() -> None:
    """Standard output belongs to the application; the log is ours."""
    printing = [
        module.where(node.lineno)
        for module in package_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert not printing, report("No print(): log it, or click.echo it in the terminal.", printing)


def test_few_names_are_exported() -> None:
    """What the package promises fits on one page."""
    names = [
        name.value
        for module in package_modules()
        if not module.name
        for node in module.tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.walk(node.value)
        if isinstance(name, ast.Constant) and isinstance(name.value, str)
    ]
    rule = f"The package exports at most {MOST_EXPORTED_NAMES} names."
    assert len(names) <= MOST_EXPORTED_NAMES, report(rule, names)
