"""An address is the state: what is written is read back, and nothing absurd gets further than a 404."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import queries, urls, view
from dashboard.store import Build
from dashboard.titles import title
from dashboard.urls import MapState, NotFoundError

FIELDS = tuple(urls.PARAMETERS.values())
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ABSURD = {
    "ten kilobytes": "x" * 10_000,
    "control characters": "\x00\x01\x1b[31m\r\nSet-Cookie: a=b",
    "SQL": "'; drop table observation; --",
    "a path": "../../etc/passwd",
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=y>",
    "a template": "{indicator.__class__} {{7*7}} %s %n",
    "another script": "ДЕ東京\u202e\U0001f5fa",
    "a lone surrogate": "\ud800",
    "a number": "-1e999",
    "almost right": "LAND ",
}


def read(build: Build, query: dict[str, str]) -> MapState:
    return urls.read_map(query, indicators=queries.indicators(build, "de"), regions=queries.region_codes(build))


def some_state(build: Build) -> st.SearchStrategy[MapState]:
    known = queries.indicators(build, "de")
    return st.sampled_from(list(known)).flatmap(
        lambda id_: st.builds(
            MapState,
            indicator=st.just(id_),
            period=st.sampled_from(["", "2016", "2020-Q1", "2024-06"]),
            level=st.sampled_from(["", *urls.LEVELS]),
            region=st.sampled_from(["", *queries.regions(build)]),
            within=st.sampled_from(["", *queries.regions(build)]),
            member=st.sampled_from(["", *known[id_]["members"], "a b&c=d#é"]),
            country=st.sampled_from(["", *urls.COUNTRIES]),
            view=st.sampled_from(["", *urls.VIEWS]),
            since=st.sampled_from(["", "2016", "2020-Q1", "2024-06"]),
            against=st.sampled_from(["", *known]),
            scale=st.sampled_from(["", *urls.SCALES, "own:5,10", "own:-1,0,1", "own:9,3", "own:x"]),
            classes=st.sampled_from(["", *urls.CLASSES]),
        )
    )


def test_what_is_written_is_read_back(opened: Build) -> None:
    @QUICK
    @given(some_state(opened), st.sampled_from(["de", "fr", "en"]))
    def holds(state: MapState, lang: str) -> None:
        address = urlsplit(urls.map_url(lang, state))
        assert address.path == f"/{lang}/map"
        assert read(opened, dict(parse_qsl(address.query))) == state
        assert read(opened, urls.read_query("?" + address.query)) == state

    holds()


def test_an_address_says_the_same_in_one_way_only(opened: Build) -> None:
    """Same state, same address: order fixed, defaults left out, so that links and caches agree."""
    assert urls.map_url("de", MapState()) == "/de/map"
    state = MapState(country="FR", period="2024", indicator="i", region="FR1")
    assert urls.map_url("fr", state) == "/fr/map?indicator=i&period=2024&region=FR1&country=FR"


def drawn_or_not_found(build: Build, query: dict[str, str]) -> bool:
    """Whether there is such a map; any other error than NotFoundError goes through."""
    try:
        view.map_view(build, "fr", read(build, query))
    except NotFoundError:
        return False
    return True


@QUICK
@given(search=st.text(max_size=300))
def test_any_query_string_is_read_or_not_found(opened: Build, search: str) -> None:
    assert drawn_or_not_found(opened, urls.read_query(search)) in (True, False)


@QUICK
@given(values=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60) | st.sampled_from(list(ABSURD.values()))))
def test_any_value_of_a_known_parameter_is_read_or_not_found(opened: Build, values: dict[str, str]) -> None:
    known = drawn_or_not_found(opened, values)
    assert not (known and any(len(value) > 100 for value in values.values()))


def test_what_is_repeated_to_the_reader_is_short() -> None:
    assert len(NotFoundError("x" * 10_000).about) == 80


def test_every_mixture_of_real_values_is_drawn_or_not_found(opened: Build) -> None:
    """Real codes in impossible company: a level the indicator lacks, a region of another level, another country."""

    @settings(max_examples=80, deadline=None)
    @given(some_state(opened))
    def holds(state: MapState) -> None:
        try:
            shown = view.map_view(opened, "de", state)
        except NotFoundError:
            return
        assert title(shown)
        assert shown.state.period in shown.periods
        assert shown.state.level in shown.indicator["levels"]

    holds()


def test_unknown_parameters_are_ignored(client: FlaskClient) -> None:
    """Links pick up trackers on their way."""
    assert client.get("/de/map?utm_source=x&fbclid=%00&indicator=&level=land").status_code == 200


@pytest.mark.parametrize("field", [f for f in FIELDS if f != "region"] + ["region"])
@pytest.mark.parametrize("value", ABSURD.values(), ids=ABSURD)
def test_an_absurd_value_is_a_404_that_names_it_escaped(client: FlaskClient, field: str, value: str) -> None:
    raw = quote(value.encode("utf-8", "surrogatepass"))
    answer = client.get(f"/de/map?{field}={raw}")
    assert answer.status_code == 404, answer.status_code
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(answer.data) < 60_000
    assert "Set-Cookie" not in answer.headers
    assert "<script>alert" not in answer.text
    assert "onerror=y>" not in answer.text or "&lt;img src=x onerror=y&gt;" in answer.text
    assert "x" * 81 not in answer.text.split("<main")[1]
    if value == ABSURD["SQL"]:
        assert "drop table observation" in answer.text.split("<main")[1]


def test_the_nearest_spelling_is_offered(client: FlaskClient) -> None:
    known = client.get("/de/slice/x/land.json")
    assert known.status_code == 404
    answer = client.get("/en/map?level=nuts4")
    assert "Did you mean “nuts3”?" in answer.text


def test_a_region_may_be_named_by_its_iso_code(opened: Build) -> None:
    assert read(opened, {"region": "DE-SN"}).region == read(opened, {"region": "DED"}).region == "DED"


@pytest.mark.parametrize(
    ("path", "query", "lang", "expected"),
    [
        ("/de/map", "a=b", "fr", "/fr/map?a=b"),
        ("/de/indicator/x", "", "en", "/en/indicator/x"),
        ("/de", "", "fr", "/fr/map"),
        ("/", "", "fr", "/fr/"),
        ("/denmark", "", "fr", "/fr/denmark"),
    ],
)
def test_switching_the_language_keeps_the_address(path: str, query: str, lang: str, expected: str) -> None:
    assert urls.switch_language(path, query, lang) == expected
