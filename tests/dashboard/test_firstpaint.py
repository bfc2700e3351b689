"""Components as HTML text: everything escaped, attributes as HTML writes them, kept parts left empty for Dash."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from dash import dcc, html
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.components.attributes import attrs
from dashboard.firstpaint import Kept, Raw, draw, for_dash

EVIL = "</p><script>alert('x')</script>\" onload='y' &amp; <"


class Reader(HTMLParser):
    """What a browser would read: the elements with their attributes, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | st.just(EVIL))
def test_any_text_is_read_back_as_the_same_text(text: str) -> None:
    reader = read(draw(html.P([text, html.B(text)])))
    assert [tag for tag, _ in reader.seen] == ["p", "b"]
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    assert reader.text.replace("\r\n", "\n").replace("\r", "\n") == normal * 2


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | st.just(EVIL))
def test_any_attribute_is_read_back_as_the_same_value(text: str) -> None:
    reader = read(draw(html.A("x", href=text, title=text, **attrs(aria_label=text, data_c=text))))
    assert reader.seen == [("a", {name: text for name in ("href", "title", "aria-label", "data-c")})]


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        (html.P("a", className="b c"), '<p class="b c">a</p>'),
        (html.Label("a", htmlFor="b"), '<label for="b">a</label>'),
        (html.A("a", hrefLang="fr", tabIndex=0), '<a hreflang="fr" tabindex="0">a</a>'),
        (html.Br(), "<br>"),
        (html.Hr(className="x"), '<hr class="x">'),
        (html.Img(src="/a.svg", alt=""), '<img src="/a.svg" alt="">'),
        (html.Td(), "<td></td>"),
        (html.Option("a", value="b", selected=True), '<option value="b" selected>a</option>'),
        (html.Option("a", value="b", selected=False), '<option value="b">a</option>'),
        (html.P("a", hidden=True), "<p hidden>a</p>"),
        (html.P(0), "<p>0</p>"),
        (html.P(["a", None, False, ["b", html.I("c")]]), "<p>ab<i>c</i></p>"),
        (html.Time("a", dateTime="2026-01-02"), '<time datetime="2026-01-02">a</time>'),
        (html.Button("a", n_clicks=3, type="button"), '<button type="button">a</button>'),
        (html.P(Raw("<b>x</b>")), "<p><b>x</b></p>"),
        (Kept(id="k", className="c", children=[html.P("x")]), '<div id="k" class="c"><p>x</p></div>'),
        (dcc.Store(id="s", data={"a": 1}), ""),
        (dcc.Graph(id="g"), ""),
        ([html.P("a"), "b"], "<p>a</p>b"),
        (None, ""),
    ],
)
def test_components_as_html(component: object, expected: str) -> None:
    found = draw(component)
    assert sorted(found.replace(">", " >").split()) == sorted(expected.replace(">", " >").split())


def test_dash_gets_kept_parts_empty_and_everything_else_whole() -> None:
    tree = [
        Kept(id="map", className="m", children=[html.P("drawn")]),
        html.Section([Kept(id="inner", children=[html.B("drawn")]), html.P("for Dash", id="p")], id="s"),
        dcc.Store(id="w"),
    ]
    kept, section, store = for_dash(tree)
    assert kept.to_plotly_json()["props"] == {"id": "map", "className": "m", "children": None} or (
        "children" not in kept.to_plotly_json()["props"]
    )
    assert kept._type == "Div"
    assert kept._namespace == "dash_html_components"
    assert getattr(section.children[0], "children", None) is None
    assert section.children[1].children == "for Dash"
    assert store._type == "Store"


def test_the_page_and_dashs_tree_have_the_same_skeleton(client: FlaskClient) -> None:
    """Dash's answer holds an empty div for every kept part of the HTML, so that boot.js can move them over."""
    body = {
        "output": "root.children",
        "outputs": {"id": "root", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/de/map"}],
        "state": [{"id": "url", "property": "search", "value": ""}],
        "changedPropIds": ["url.pathname"],
    }
    parts = client.post("/_dash-update-component", json=body).get_json()["response"]["root"]["children"]
    kept = [part["props"]["id"] for part in parts if part["type"] == "Div"]
    assert {"top", "stage", "bottom", "state"} <= set(kept)
    page = client.get("/de/map").text
    for part in parts:
        if part["type"] == "Div":
            assert not part["props"].get("children"), part["props"]["id"]
            assert f'<div id="{part["props"]["id"]}"' in page
