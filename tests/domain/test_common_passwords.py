"""The list of common passwords: what is on it, what it costs, and the operator's own."""

import json
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_airlock.domain import common_passwords
from flask_airlock.domain.common_passwords import PREFIX, CommonPasswords, read_blocklist
from flask_airlock.errors import ConfigurationError
from tools.common_passwords import main as rebuild

DATA = Path(common_passwords.__file__).with_suffix(".bin")
PLAIN = Path(__file__).with_name("common_passwords.txt")
LISTED = PLAIN.read_text(encoding="utf-8").splitlines()


def test_every_common_password_is_on_the_shipped_list() -> None:
    """S-07: at least 3000 entries that pass our length rule."""
    shipped = CommonPasswords.shipped()
    assert len(shipped) == len(LISTED) == 17950
    assert min(map(len, LISTED)) == 8
    assert [entry for entry in LISTED if entry not in shipped] == []
    assert [entry for entry in LISTED if entry.upper() not in shipped] == []


def test_nothing_else_is_on_the_shipped_list() -> None:
    """S-07: compared whole. Forty bits of a digest leave room for all passwords there are."""
    shipped = CommonPasswords.shipped()
    others = [f"{entry} {number}" for number, entry in enumerate(LISTED)]
    assert [entry for entry in others if entry in shipped] == []
    assert "" not in shipped
    assert "the word password in a long phrase" not in shipped


def test_the_shipped_data_is_made_of_the_plain_list() -> None:
    assert CommonPasswords.from_lines(LISTED).prefixes == DATA.read_bytes()


def test_the_list_is_loaded_once() -> None:
    assert CommonPasswords.shipped() is CommonPasswords.shipped()


def test_the_list_is_small_and_quick() -> None:
    """Under 5 MB of memory; a check takes some millionths of a second, here with a lot of room."""
    tracemalloc.start()
    try:
        loaded = CommonPasswords(DATA.read_bytes())
        assert "password" in loaded
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    began = time.monotonic()
    assert not any(f"not on it {number}" in loaded for number in range(1000))
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\U0001f512" * 256, "x" * 100_000], ids=ascii)
def test_any_text_may_be_asked_about(text: str) -> None:
    assert text not in CommonPasswords.shipped()
    assert text in CommonPasswords.from_lines([text])


def test_case_and_unicode_forms_do_not_hide_a_password() -> None:
    """S-07, S-06: in exact and case-folded form, in NFC."""
    listed = CommonPasswords.from_lines(["Straße 1", "cafe\u0301 noir", "ΣΊΣΥΦΟΣ"])
    for text in ("STRASSE 1", "straße 1", "CAF\u00c9 NOIR", "caf\u00e9 noir", "σίσυφος"):
        assert text in listed
    assert "cafe noir" not in listed


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), min_size=1), max_size=50))
def test_a_list_holds_its_lines_sorted_and_once(lines: list[str]) -> None:
    made = CommonPasswords.from_lines(f"{line}\r\n" for line in lines)
    assert all(line in made for line in lines)
    pieces = [made.prefixes[at : at + PREFIX] for at in range(0, len(made.prefixes), PREFIX)]
    assert pieces == sorted(set(pieces))
    assert made == CommonPasswords.from_lines([*reversed(lines), *lines])


def test_a_long_list_is_never_held_as_text() -> None:
    """50,000 lines as texts in a list take more than 3.5 MB."""
    tracemalloc.start()
    try:
        made = CommonPasswords.from_lines(f"password number {number}\n" for number in range(50_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(made) == 50_000
    assert "password number 49999" in made
    assert peak < 1_500_000


def test_an_operators_file_is_read(tmp_path: Path) -> None:
    """One a line; a byte order mark, empty lines and either kind of line end do no harm."""
    path = tmp_path / "own.txt"
    path.write_bytes("\ufeffcorporate2024\r\n\n# no comment\n  spaces count \nlast Ünd".encode())
    own = read_blocklist(str(path))
    assert len(own) == 4
    for text in ("Corporate2024", "# no comment", "  spaces count ", "LAST ÜND"):
        assert text in own
    assert "spaces count" not in own
    assert "" not in own


@pytest.mark.parametrize("content", [b"", b"\n\r\n\n", b"\xff\xfe\x00", b"good\ncaf\xe9\n"])
def test_a_file_that_is_no_list_stops_the_start(tmp_path: Path, content: bytes) -> None:
    """Found when the application starts, by the name of the setting."""
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="SECURITY_PASSWORD_BLOCKLIST") as refusal:
        read_blocklist(path)
    assert "own.txt" in str(refusal.value)


@pytest.mark.parametrize("name", ["missing.txt", ".", "a\x00b"])
def test_a_file_that_can_not_be_read_stops_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_PASSWORD_BLOCKLIST"):
        read_blocklist(tmp_path / name)


def test_the_licence_of_the_list_lies_beside_it() -> None:
    """Its licence asks for that."""
    notice = DATA.with_suffix(".license.txt").read_text(encoding="utf-8")
    assert "@zxcvbn-ts/language-common 4." in notice
    assert "Permission is hereby granted, free of charge" in notice
    assert "17950 entries" in notice


def test_the_list_is_rebuilt_from_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too short is left out, and the same package makes the same bytes."""
    package = tmp_path / "package"
    (package / "src").mkdir(parents=True)
    found = ["short", "1234567", "12345678", "password", "iloveyou"]
    (package / "src" / "passwords.json").write_text(json.dumps(found))
    about = {"name": "a-list", "version": "9.8.7", "homepage": "https://example.org/list"}
    (package / "package.json").write_text(json.dumps(about))
    (package / "LICENSE.txt").write_text("Copy it.\n\n")
    for folder in ("src/flask_airlock/domain", "tests/domain"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", ["tool", str(package), "--root", str(tmp_path)])
    rebuild()
    made = tmp_path / "src/flask_airlock/domain" / DATA.name
    assert made.read_bytes() == CommonPasswords.from_lines(found[2:]).prefixes
    plain = (tmp_path / "tests/domain" / PLAIN.name).read_text()
    assert plain == "12345678\niloveyou\npassword\n"
    notice = made.with_suffix(".license.txt").read_text()
    assert "3 entries" in notice
    assert "a-list 9.8.7" in notice
    assert notice.endswith("\n\nCopy it.\n")
