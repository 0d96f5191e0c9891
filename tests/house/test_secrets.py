"""How secrets are made and compared."""

import ast
from collections.abc import Iterator

from tests.house.source import Module, package_modules, report

GUESSABLE_UUIDS = {"uuid1", "uuid3", "uuid5"}
WEAK_HASHES = {"md5", "sha1", "SHA1", "MD5"}
SECRET_NAMES = {"code", "digest", "mac", "otp", "password", "secret", "signature", "token"}
# How columns are reached, of our tables and of the application's model.
COLUMNS = (".c.", ".model.")


def _nodes(*skipped: str) -> Iterator[tuple[Module, ast.AST]]:
    for module in package_modules():
        if module.name not in skipped:
            for node in ast.walk(module.tree):
                yield module, node


def _name(node: ast.AST) -> str:
    """The last part of a name: `digest` of `row.digest`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def test_randomness_comes_from_the_operating_system() -> None:
    """S-113."""
    trespasses = [
        module.where(imported.line)
        for module in package_modules()
        for imported in module.imports()
        if not imported.ours and imported.target == "random"
    ]
    rule = "What nobody may guess comes from `secrets`; the module `random` is not used at all."
    assert not trespasses, report(rule, trespasses)


def test_identifiers_are_not_made_from_time_or_names() -> None:
    """S-113: version 1 tells time and place, versions 3 and 5 are hashes of known names."""
    trespasses = [
        module.where(getattr(node, "lineno", 1))
        for module, node in _nodes()
        if (_name(node) in GUESSABLE_UUIDS and not isinstance(node, ast.Call))
        or (isinstance(node, ast.alias) and node.name in GUESSABLE_UUIDS)
    ]
    assert not trespasses, report("uuid1, uuid3 and uuid5 are not used.", trespasses)


def test_weak_hashes_live_where_others_ask_for_them_alone() -> None:
    """S-118: authenticator apps count with HMAC-SHA-1, breaches are listed by SHA-1."""
    trespasses = [
        module.where(getattr(node, "lineno", 1))
        for module, node in _nodes("domain.totp", "delivery.breached")
        if _name(node) in WEAK_HASHES
        or (isinstance(node, ast.Constant) and node.value in WEAK_HASHES)
    ]
    rule = "SHA-1 in domain/totp.py and delivery/breached.py alone, MD5 nowhere."
    assert not trespasses, report(rule, trespasses)


def test_secrets_are_compared_in_constant_time() -> None:
    """The time that `==` takes tells how much of a guess was right. In SQL `==` is a condition."""
    trespasses = [
        f"{module.where(node.lineno)}: {ast.unparse(node)}"
        for module, node in _nodes()
        if isinstance(node, ast.Compare) and _compares_secrets(node)
    ]
    rule = "A code, digest or token is compared by hmac.compare_digest, not by == or !=."
    assert not trespasses, report(rule, trespasses)


def _compares_secrets(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    known = any(isinstance(side, ast.Constant) for side in sides)
    in_sql = any(part in ast.unparse(side) for side in sides for part in COLUMNS)
    equal = any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
    return equal and not known and not in_sql and any(_is_secret(_name(side)) for side in sides)


def _is_secret(name: str) -> bool:
    return name.lower().rpartition("_")[2] in SECRET_NAMES
