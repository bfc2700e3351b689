"""Whatever a map shows stands in a table as well, with the same words: every display, hub, comparison, partnerships."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

WEB, SKILLS = "adoption_firms_ai_web_pct", "context_digital_skills_basic_pct"
VIEWS = {
    "value": f"indicator={WEB}&level=nuts2",
    "gap": f"indicator={WEB}&view=gap",
    "change": f"indicator={WEB}&view=change&from=2020&level=nuts2",
    "sure": f"indicator={WEB}&view=sure",
    "two": f"indicator={WEB}&against={SKILLS}",
    "other classes": f"indicator={WEB}&scale=jenks&classes=5",
    "continuous": f"indicator={WEB}&scale=continuous&level=nuts3",
    "own limits": f"indicator={WEB}&scale=own:5,10",
    "amounts": "indicator=funding_inov_ai_grants_eur",
    "change of counts": "indicator=jobs_it_employees_count&view=change",
    "absences": "indicator=adoption_ai_firms_role_pct&member=5&period=2019",
    "inside a region": f"indicator={WEB}&level=nuts3&within=FRK",
}
OTHER = {"gap", "change", "sure", "two", "change of counts"}


def plain(markup: str) -> str:
    """The text of markup, as one line; small marks (flags of the table) left out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<sup.*?</sup>|<abbr.*?</abbr>", "", markup))).split())


def spoken(page: str) -> dict[str, str]:
    """Code → what a screen reader hears of each region that is not faded."""
    paths = re.findall(r'<path[^>]* data-c="\w+"[^>]*>', page)
    found = [(re.search(r'data-c="(\w+)"', one), re.search(r'aria-label="([^"]*)"', one), one) for one in paths]
    return {c[1]: " ".join(unescape(s[1]).split()) for c, s, one in found if c and s and "aria-hidden" not in one}


@pytest.mark.parametrize("lang", ["de", "fr"])
@pytest.mark.parametrize("name", VIEWS)
def test_every_display_of_the_map_is_in_its_table(client: FlaskClient, name: str, lang: str) -> None:
    """The same regions; name, value and what the display shows are heard on the map as they are read in the table."""
    page = client.get(f"/{lang}/map?{VIEWS[name]}").text
    heard = spoken(page)
    table = page[page.index('id="table"') :]
    rows = dict(re.findall(r'<tr[^>]*data-c="(\w+)"[^>]*>(.*?)</tr>', table, re.S))
    assert set(rows) == set(heard)
    assert len(rows) >= 12
    compared = 0
    for code, row in rows.items():
        cells = {
            kind: plain(cell) for kind, cell in re.findall(r'<t[hd] class="(\w+)[^"]*"[^>]*>(.*?)</t[hd]>', row, re.S)
        }
        assert heard[code].startswith(f"{cells['name']}: "), code
        number = re.match(r"[−+±\d][^ ]*", cells["value"])
        assert number is None or number[0] in heard[code], (code, cells, heard[code])
        assert ("shown" in cells) == (name in OTHER)
        if shown := re.match(r"[−+±]? ?[\d,.\s]+", cells.get("shown", "")):
            assert " ".join(shown[0].split()) in heard[code], (code, cells, heard[code])
        compared += bool(number)
    assert compared >= 10 or name == "absences"


def test_lines_between_neighbours_are_in_a_table(client: FlaskClient) -> None:
    for query, least in (
        (f"indicator={WEB}&level=land&lines=border", 3),
        (f"indicator={WEB}&level=nuts2&lines=all", 50),
    ):
        page = client.get(f"/en/map?{query}").text
        drawn = page[page.index('class="am-steps"') : page.index('data-part="steps"')]
        table = page[page.index('data-part="steps"') :]
        rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", table[: table.index("</table>")], re.S)
        steps = [float(re.sub("[^0-9.]", "", plain(re.findall(r'class="value">(.*?)</td>', row)[0]))) for row in rows]
        assert steps == sorted(steps, reverse=True), "largest first"
        found = re.findall(r'<path class="am-step(?: \w+)?" stroke-width="([\d.]+)"', drawn)
        widths = sorted((float(width) for width in found), reverse=True)
        assert least <= len(widths) <= len(steps), "each line has its row; a step too small for a line has one, too"
        for width, step in zip(widths, steps, strict=False):
            assert width / step == pytest.approx(widths[0] / steps[0], rel=0.08), "as wide as the table says"


def test_the_map_of_a_territory_is_in_a_table(client: FlaskClient) -> None:
    """Its members, or where the map has finer regions these."""
    page = client.get("/fr/hub/DED+FRF").text
    members = page[page.index('id="hub-map"') :]
    heard = spoken(page[page.index('id="hub-map"') :])
    assert set(heard) == {"DED", "FRF"}
    for text in heard.values():
        name, value = text.split(": ", 1)
        rows = [row for row in re.findall(r"<tr[^>]*>.*?</tr>", members, re.S) if f">{name}<" in row]
        assert rows, name
        assert value.split(" %")[0] in plain(rows[0])
    finer = client.get("/fr/hub/oberrhein").text
    units = spoken(finer[finer.index('id="hub-map"') :])
    tables = finer[finer.index('id="hub-map"') :]
    assert len(units) > 10
    names = {plain(name) for name in re.findall(r'<th[^>]*scope="row"[^>]*>(.*?)</th>', tables, re.S)}
    assert {text.split(": ")[0].split(" : ")[0].strip() for text in units.values()} <= names


def test_the_maps_of_a_comparison_are_in_a_table(client: FlaskClient) -> None:
    page = client.get("/en/compare/DED+FRF").text
    heard = spoken(page)
    start = page.index("<summary>Figures of these maps")
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page[start : page.index("</table>", start)])
    table = {plain(name): plain(value) for name, value in rows}
    assert len(table) == len(heard) > 20
    for text in heard.values():
        name, value = text.split(": ", 1)
        assert value.startswith(table[name]), text


def test_partnerships_on_the_map_are_those_of_the_list_that_have_a_seat(client: FlaskClient) -> None:
    for query in ("", "?kind=de-fr", "?region=DE3"):
        page = client.get(f"/en/partnerships{query}").text
        arcs = dict(re.findall(r'<a class="pm-arc[^"]*"[^>]*data-partnership="([^"]+)" aria-label="([^"]+)"', page))
        rows = dict(re.findall(r'<tr[^>]*data-partnership="([^"]+)"[^>]*>(.*?)</tr>', page, re.S))
        assert arcs
        assert set(arcs) == {id_ for id_, row in rows.items() if "data-show=" in row}
        for id_, label in arcs.items():
            state = re.findall(r'<td[^>]*data-label="State">(.*?)</td>', rows[id_])[0]
            assert plain(state).split()[0] in label, (id_, label)
            day = plain(state).split()[-1]
            assert day == "unknown" or day in label, (id_, label)
