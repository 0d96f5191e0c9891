"""Every word a person reads can be translated (X-65): the template of translations is complete."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "src" / "flask_airlock" / "translations" / "flask_airlock.pot"
EXTRACT = ["babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", "-k", "translate"]
SHAPE = ["--no-location", "--omit-header", "--sort-output", "-o"]


def test_the_template_of_translations_holds_every_message(tmp_path: Path) -> None:
    """After a change of wording: make messages."""
    fresh = tmp_path / "fresh.pot"
    subprocess.run([sys.executable, "-m", *EXTRACT, *SHAPE, str(fresh), "."], cwd=ROOT, check=True)
    assert fresh.read_text("utf-8") == KEPT.read_text("utf-8"), "run: make messages"
