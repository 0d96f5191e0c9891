"""The page about faults shows the whole table; its rows are made from it and can't differ."""

import re

from tests.docs.pages import page
from tests.faults.table import TABLE


def test_every_group_of_the_table_is_on_the_page() -> None:
    assert re.findall(r"^\.\. faults:: (\S+)$", page("faults"), re.MULTILINE) == list(TABLE)
