"""Records the library's own tests: `pytest -p plugin`, with this folder on PYTHONPATH."""

from __future__ import annotations

import os

import pytest
import time_machine

from recorder import CLOCK, RECORDER, install
from store import write


FROZEN = time_machine.travel(CLOCK, tick=False)


def pytest_configure(config) -> None:
    # Before the tests are imported: some of them look at the clock then.
    FROZEN.start()
    install()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    RECORDER.begin_case(case_name(item))
    outcome = yield
    if outcome.excinfo is not None:
        RECORDER.case = None
    RECORDER.end_case()


def case_name(item) -> str:
    """Module and class of the test's own class, as pytest finds it, and the test."""
    module = item.function.__module__.rsplit(".", 1)[-1]
    holder = f"{item.cls.__name__}." if item.cls else ""
    return f"{module}.{holder}{item.name}"


def pytest_unconfigure(config) -> None:
    folder = os.environ.get("RECORD_TO")
    if folder:
        write(RECORDER, folder)
