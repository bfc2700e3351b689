"""The API held to its own OpenAPI document by a fuzzer: good and bad parameters, methods and forms. It finds nothing.

The same cases every time (derandomized), some hundred in about fifteen seconds.
"""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from dashboard.api.openapi import document

OPERATIONS = sorted(document()["paths"])
#: Called without a server in between, schemathesis does not unpack what it gets.
PLAIN = {"Accept-Encoding": "identity"}
EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 5}
#: Without parameters there is nothing to get wrong.
CASES = [
    (path, mode)
    for path in OPERATIONS
    for mode in EXAMPLES
    if mode is GenerationMode.POSITIVE or document()["paths"][path]["get"].get("parameters")
]


@pytest.fixture(scope="module")
def api(application: object) -> schemathesis.BaseSchema:
    """The document as the application serves it, and the application to ask."""
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application.server)  # type: ignore[attr-defined]
    assert found.raw_schema["paths"].keys() == document()["paths"].keys()
    return found


@pytest.mark.parametrize(("path", "mode"), CASES, ids=lambda one: getattr(one, "value", one))
def test_no_request_makes_the_api_break_its_own_description(
    api: schemathesis.BaseSchema, path: str, mode: GenerationMode
) -> None:
    @given(case=api[path]["GET"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def held(case: Case) -> None:
        case.call_and_validate(headers=PLAIN)

    held()
