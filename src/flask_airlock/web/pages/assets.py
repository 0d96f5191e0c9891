"""Style sheet and script: a browser keeps them until they change."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, request, url_for

FOLDER = Path(__file__).parents[2] / "static"
A_YEAR_S = 31_536_000


class PagesBlueprint(Blueprint):
    """A blueprint whose files may be kept for a year when they were asked for by version."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Seconds; as the application says for who asked without the version of now."""
        version = _versions().get(filename or "")
        if version and request.args.get("v") == version:
            return A_YEAR_S
        return super().get_send_file_max_age(filename)


def asset_url(filename: str) -> str:
    """The address of a file of ours, another one when its content is another."""
    return url_for("security.static", filename=filename, v=_versions()[filename])


@cache
def _versions() -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest()[:12] for path in FOLDER.iterdir()}
