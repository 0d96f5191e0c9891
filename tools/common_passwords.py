"""Make the shipped list of common passwords anew, from an unpacked package of npm.

    npm pack @zxcvbn-ts/language-common && tar xzf zxcvbn-ts-language-common-*.tgz
    .venv/bin/python tools/common_passwords.py package

Writes the data, its licence beside it, and the plain list that the tests compare it with. The same
package always makes the same bytes.
"""

import argparse
import json
from pathlib import Path

from flask_airlock.domain.common_passwords import CommonPasswords

ROOT = Path(__file__).parents[1]
# Shorter ones are refused for their length.
SHORTEST = 8
DATA = "src/flask_airlock/domain/common_passwords.bin"
LICENSE = "src/flask_airlock/domain/common_passwords.license.txt"
PLAIN = "tests/domain/common_passwords.txt"
NOTICE = """\
common_passwords.bin holds the first {prefix} bytes of the SHA-256 of each of the {count} entries of
at least {shortest} characters of passwords.json in the npm package {name} {version}
({repository}), which comes under this licence:

{license}"""


def entries(package: Path) -> list[str]:
    """The passwords of the package that are long enough to be asked about, in order."""
    found = json.loads((package / "src" / "passwords.json").read_text(encoding="utf-8"))
    return sorted({entry for entry in found if len(entry) >= SHORTEST})


def notice(package: Path, made: CommonPasswords) -> str:
    """Where the data comes from, and under which licence."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return NOTICE.format(
        prefix=len(made.prefixes) // len(made),
        count=len(made),
        shortest=SHORTEST,
        name=about["name"],
        version=about["version"],
        repository=about["homepage"],
        license=(package / "LICENSE.txt").read_text(encoding="utf-8").rstrip() + "\n",
    )


def rebuild(package: Path, root: Path) -> None:
    """Write the three files below `root`."""
    plain = entries(package)
    made = CommonPasswords.from_lines(plain)
    (root / DATA).write_bytes(made.prefixes)
    (root / LICENSE).write_text(notice(package, made), encoding="utf-8", newline="\n")
    (root / PLAIN).write_text("".join(f"{it}\n" for it in plain), encoding="utf-8", newline="\n")


def main() -> None:
    """Read the arguments and rebuild."""
    parser = argparse.ArgumentParser(description="Make the list of common passwords anew.")
    parser.add_argument("package", type=Path, help="the folder that npm's archive unpacks to")
    parser.add_argument("--root", type=Path, default=ROOT, help="where to write (this checkout)")
    arguments = parser.parse_args()
    rebuild(arguments.package, arguments.root)


if __name__ == "__main__":
    main()
