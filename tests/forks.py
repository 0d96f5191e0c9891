"""What happens in a forked worker."""

import os
import signal
import warnings
from collections.abc import Callable

SECONDS = 20


def in_a_child(work: Callable[[], bool]) -> bool:
    """Whether `work` succeeds in a forked process, within the time that it has."""
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads, which is what servers do.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        os._exit(0 if work() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
