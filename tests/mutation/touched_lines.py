"""A plugin of pytest that writes down which lines of the rooms each test runs, and how long it takes.

It needs Python 3.12 or later, whose `sys.monitoring` asks once for each line and test and then gets out of the way.
"""

import json
import sys
import time
from collections import defaultdict
from functools import cache

import pytest

from mutation.rooms import MAP, digest_of, module_of

MOST_SECONDS = 4
"""Of a test with many parameters those are run that take so long together."""


class TouchedLines:
    """Writes a line of JSON for each test that passes: its name, its seconds, and by module, with the
    digest of its text, the set of lines as hex.

    ``disable`` is what tells Python not to ask again.
    """

    def __init__(self, into):
        self.into = into
        self.lines = defaultdict(int)
        self.modules = {}
        self.spent = defaultdict(float)
        self.digests = cache(digest_of)
        events = sys.monitoring
        events.use_tool_id(events.COVERAGE_ID, "touched lines")
        events.register_callback(events.COVERAGE_ID, events.events.LINE, self.touched)
        events.set_events(events.COVERAGE_ID, events.events.LINE)

    def touched(self, code, line, disable=sys.monitoring.DISABLE):
        name = code.co_filename
        if name not in self.modules:
            self.modules[name] = module_of(name)
        module = self.modules[name]
        if module is not None:
            self.lines[module] |= 1 << line
        return disable

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        test = item.nodeid.partition("[")[0]
        self.lines.clear()
        self.passed = True
        sys.monitoring.restart_events()
        started = time.process_time()
        result = yield
        seconds = round(time.process_time() - started, 3)
        self.spent[test] += seconds
        if self.passed and self.lines:
            lines = {f"{module} {self.digests(module)}": f"{bits:x}" for module, bits in sorted(self.lines.items())}
            self.into.write(json.dumps({"test": item.nodeid, "seconds": seconds, "lines": lines}) + "\n")
            self.into.flush()
        return result

    @pytest.hookimpl(tryfirst=True, specname="pytest_runtest_protocol")
    def is_left_out(self, item):
        """Not run where others of its kind took long; none is told to have run it then."""
        return True if self.spent[item.nodeid.partition("[")[0]] > MOST_SECONDS else None

    def pytest_runtest_logreport(self, report):
        self.passed = self.passed and report.outcome == "passed"


def pytest_configure(config):
    MAP.parent.mkdir(exist_ok=True)
    config.pluginmanager.register(TouchedLines(MAP.open("a")))
