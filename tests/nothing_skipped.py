"""A pytest plugin for CI: a test of a layer whose server has to be there fails where it would be skipped.

Loaded by `.ci/run` through PYTEST_PLUGINS; on a developer's machine a missing server only skips.
"""

import pytest

LAYERS = {"kafka", "prometheus", "chaos"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    layers = LAYERS & {marker.name for marker in item.iter_markers()}
    if report.skipped and layers and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} ({', '.join(layers)}) may not be skipped in CI: {report.longrepr[2]}"
    return report
