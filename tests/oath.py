"""Codes as an independent program counts them."""

import subprocess
from datetime import UTC, datetime

from tests.servers.missing import program


def oathtool_totp(secret_base32: str, at: datetime | None = None) -> str:
    """The six digits that belong to a moment, or to now."""
    oathtool = program("oathtool", how="apt-get install oathtool")
    moment = [] if at is None else ["--now", at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")]
    command = [str(oathtool), "--totp", "-b", *moment, secret_base32]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return answer.stdout.strip()
