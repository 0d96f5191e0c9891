"""Environments with nothing but what is compared, and what lies in them."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from bench.results import PLACE, ROOT

OURS = (".[mail]",)
BY_HAND = ("Flask", "Flask-Login", "Flask-SQLAlchemy", "argon2-cffi", "pyotp")


@dataclass(frozen=True)
class Installed:
    """One environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site(self) -> Path:
        """Where its packages are."""
        (site,) = self.folder.glob("lib/python*/site-packages")
        return site

    def sizes(self) -> dict[str, int]:
        """The bytes of each distribution, without what Python compiled of it; largest first."""
        found = {
            str(it.metadata["Name"]): _bytes_of(it) for it in distributions(path=[str(self.site)])
        }
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    def bytes(self) -> int:
        """All that is under its site-packages."""
        return sum(file.stat().st_size for file in self.site.rglob("*") if file.is_file())


def installed() -> dict[str, Installed]:
    """Both, made anew: at the versions of uv.lock, and compiled."""
    shutil.rmtree(PLACE / "footprint", ignore_errors=True)
    limits = PLACE / "footprint" / "limits.txt"
    limits.parent.mkdir(parents=True)
    _uv(
        *("export", "--quiet", "--frozen", "--no-emit-project", "--no-hashes", "--all-extras"),
        *("--all-groups", "--output-file", str(limits)),
    )
    return {
        name: _environment(limits.with_name(name), limits, what)
        for name, what in (("ours", OURS), ("bare", BY_HAND))
    }


def _environment(folder: Path, limits: Path, what: tuple[str, ...]) -> Installed:
    _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    _uv(
        *("pip", "install", "--quiet", "--python", str(folder), "--compile-bytecode"),
        *("--constraints", str(limits), *what),
    )
    return Installed(folder)


def _uv(*arguments: str) -> None:
    own = ROOT / ".uv" / "bin" / "uv"
    subprocess.run([shutil.which("uv") or own, *arguments], cwd=ROOT, check=True)


def _bytes_of(one: Distribution) -> int:
    files = (Path(str(file.locate())) for file in one.files or ())
    return sum(file.stat().st_size for file in files if file.is_file())
