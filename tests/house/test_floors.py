"""Who imports whom."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from tests.house.floors import LOWEST_FLOOR_WITH_FLASK, NAMES, OPTIONAL, ROOMS, Room, room_of
from tests.house.source import (
    Import,
    Module,
    functions,
    is_standard,
    package_modules,
    report,
)

LOADERS = ("assembly", "extension")


def _in_rooms() -> Iterator[tuple[Module, Room, Import]]:
    for module in package_modules():
        room = room_of(module.name)
        if room is not None:
            for imported in module.imports():
                yield module, room, imported


def test_every_module_has_a_room() -> None:
    """A module outside the table would escape every other rule."""
    homeless = [module.where() for module in package_modules() if room_of(module.name) is None]
    assert not homeless, report("Every module belongs to a room of the table of floors.", homeless)


def test_the_table_itself_only_goes_down() -> None:
    """The rules are worth nothing where the table contradicts itself."""
    wrong = [
        f"{room.name} -> {name}"
        for room in ROOMS
        for name in room.below
        if NAMES[name].floor >= room.floor
    ]
    wrong += [
        f"{room.name} -> {name}"
        for room in ROOMS
        for name in room.neighbours
        if NAMES[name].floor != room.floor
    ]
    assert not wrong, report("A room imports from lower floors, and from named neighbours.", wrong)


def test_imports_only_go_down_the_floors() -> None:
    """Imports between rooms."""
    trespasses = []
    for module, room, imported in _in_rooms():
        other = room_of(imported.target) if imported.ours else None
        if other is None or other is room:
            continue
        if other.name not in room.below | room.neighbours:
            trespasses.append(
                f"{module.where(imported.line)}: {room.name or 'the package'} (floor {room.floor})"
                f" imports {imported.target or 'the package'} (floor {other.floor})"
            )
    rule = "A room imports only what its row in the table of floors allows; strangers stay so."
    assert not trespasses, report(rule, trespasses)


def test_third_parties_stay_in_their_rooms() -> None:
    """Libraries of others."""
    trespasses = []
    for module, room, imported in _in_rooms():
        if imported.ours or is_standard(imported.target) or imported.target in room.third_parties:
            continue
        if not _part_allowed(module, room, imported):
            trespasses.append(
                f"{module.where(imported.line)}: {imported.target} in {room.name or 'the package'}"
            )
    rule = "A third party is imported in the rooms that the table of floors gives it, only there."
    assert not trespasses, report(rule, trespasses)


def _part_allowed(module: Module, room: Room, imported: Import) -> bool:
    """Whether this line imports a part that is allowed where the whole library is not."""
    parts = {name for name in room.third_parties if name.startswith(f"{imported.target}.")}
    return any(
        isinstance(node, ast.ImportFrom) and node.lineno == imported.line and node.module in parts
        for node in ast.walk(module.tree)
    )


def test_nothing_below_the_web_knows_flask() -> None:
    """Rules, promises and flows work without a request."""
    trespasses = [
        module.where(imported.line)
        for module, room, imported in _in_rooms()
        if room.floor < LOWEST_FLOOR_WITH_FLASK and not imported.ours and imported.target == "flask"
    ]
    assert not trespasses, report(f"Below floor {LOWEST_FLOOR_WITH_FLASK}: no Flask.", trespasses)


def test_no_module_imports_itself_by_a_detour() -> None:
    """Cycles, within a room too."""
    graph = {
        module.name: {
            imported.target
            for imported in module.imports()
            if imported.ours and imported.target != module.name
        }
        for module in package_modules()
    }
    knot: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        knot = [str(name) or "the package" for name in error.args[1]]
    assert not knot, report("Imports form no cycle.", [" -> ".join(knot)])


def test_no_import_stands_in_a_function() -> None:
    """An import at the top is seen by every rule above, and fails at start."""
    hidden = {
        module.where(inner.lineno)
        for module in package_modules()
        for function in functions(module.tree)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    assert not hidden, report("Imports stand at the top of a file.", sorted(hidden))


def test_what_is_loaded_by_name_is_loaded_in_few_places() -> None:
    """Optional parts where settings are read, and what takes long to import and is rarely used."""
    loaders = {module.name for module in package_modules() if "import_module(" in module.text}
    assert loaders == {"assembly", "storage.prepared", "web.qr"}


def test_optional_libraries_sit_in_files_that_are_loaded_by_name() -> None:
    """A core install lacks these libraries, and must start all the same."""
    optional = {
        module.name
        for module, _, imported in _in_rooms()
        if not imported.ours and imported.target in OPTIONAL
    }
    importers = {
        (module.name, f"{module.where(imported.line)}: {imported.target}")
        for module, _, imported in _in_rooms()
        if imported.ours and imported.target in optional
    }
    # A rule in domain may need one too; then the file that imports it is loaded by name itself.
    text = "".join(module.text for module in package_modules() if module.name in LOADERS)
    trespasses = sorted(place for name, place in importers if f'"{name}"' not in text)
    rule = (
        "A file that needs an extra is imported only by files that are loaded by name: "
        f"{' or '.join(LOADERS)} loads it by its dotted name when a setting asks for it."
    )
    assert not trespasses, report(rule, trespasses)
