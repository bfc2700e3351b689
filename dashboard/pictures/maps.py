"""The picture of a map view: the scene of the page, its legend, and in words what a reader of the page is told."""

from __future__ import annotations

from dashboard import drawing, queries, steps, titles, urls, view
from dashboard.brief.model import source_lines
from dashboard.differences import NOT_SIGNIFICANT
from dashboard.display import is_joint
from dashboard.exports.csv import refuse_withheld
from dashboard.map.scene import Box, Scene
from dashboard.pictures import keys
from dashboard.pictures.model import Key, Picture
from dashboard.pictures.plate import fitted, plate
from dashboard.view import MapView, verdict_word

#: Reasons of suspected artefacts that a picture has room for.
_REASONS = 2


def of_map(shown: MapView, *, title: str = "", subtitle: str = "", path: str = "", name: str = "") -> Picture:
    """The picture of a view. title, subtitle, path, name: of a page that is more than the map.

    Raises NotFoundError (403) where the licence does not let the figures leave.
    """
    state = shown.state
    path = path or urls.map_url(shown.lang, state)
    for indicator in _indicators(shown):
        refuse_withheld(shown.build, shown.words, indicator, path)
    scene, said = drawing.scene(shown), _said(shown)
    return Picture(
        lang=shown.lang,
        title=title or titles.title(shown),
        subtitle=subtitle or titles.subtitle(shown),
        figure=lambda box, dark: plate(scene, box, dark, _steps(shown, scene, box), said),
        keys=tuple(_keys(shown, scene)),
        notes=tuple(notes(shown)),
        sources=sources(shown),
        name=name or f"{state.indicator}-{state.level}-{state.period}",
        path=path,
        alt=f"{subtitle or titles.subtitle(shown)}. {title or titles.title(shown)}",
        bleeds=True,
    )


def _indicators(shown: MapView) -> list[queries.Row]:
    display = shown.display
    return [shown.indicator, *([display.other] if display and display.other else [])]


def sources(shown: MapView) -> tuple[str, ...]:
    """Whose figures and whose map it is."""
    names = {name for indicator in _indicators(shown) for name in indicator["sources"]}
    return source_lines(shown.words, shown.build, names)


def _said(shown: MapView) -> dict[str, tuple[str, str]]:
    """code → (name, figure) of all that have one, except overseas; of a change or gap without the unit."""
    t, display, found = shown.words, shown.display, dict[str, tuple[str, str]]()
    if display and display.kind in ("flags", "against"):
        return {}
    cells = display.cells(shown.state.period) if display else {}
    for code in shown.shown:
        if shown.regions[code].overseas:
            continue
        row = shown.rows.get(code)
        if display and display.kind != "value":
            value = cells[code].value if code in cells else None
            text = "" if value is None else t.number(value, display.decimals, sign=display.signed)
        else:
            text = shown.value(row["value"]) if row and row["value"] is not None else ""
        if text:
            found[code] = (shown.name(code), text)
    return found


def _steps(shown: MapView, scene: Scene, box: Box) -> str:
    return steps.lines(shown, fitted(scene, box)[1])


def _keys(shown: MapView, scene: Scene) -> list[Key]:
    """The legend from top to bottom."""
    words, display = drawing.legend_words(shown), shown.display
    found = [keys.heading(words.title)]
    if display and display.kind == "flags":
        found.append(keys.named(drawing.flag_fills(shown.words)))
    elif display and display.kind == "against" and display.other:
        found = [keys.square(shown.indicator["short"], display.other["short"], drawing.thirds(shown))]
    else:
        found += keys.of_scene(scene, words)
    found.append(keys.signs(scene, words))
    if scene.selected:
        row = shown.rows.get(scene.selected)
        found.append(keys.picked(view.sentence(shown, scene.selected, row)))
    if shown.state.lines and steps.steps(shown):
        found.append(_widths(shown))
    return found


def _widths(shown: MapView) -> Key:
    kinds = {
        " doubtful" if s.doubtful else " unsure" if s.verdict == NOT_SIGNIFICANT else "" for s in steps.steps(shown)
    }
    known = [
        (wide, " ".join(str(dash) for dash in steps.DASHES[kind]), label)
        for wide, kind, label in steps.legend(shown.words, steps.largest(shown))
        if not kind or f" {kind}" in kinds
    ]
    return keys.widths(steps.meaning(shown), known)


def notes(shown: MapView) -> list[str]:
    """What must be known: who has no figures, what cannot be compared, which figures are suspected artefacts."""
    t, indicator = shown.words, shown.indicator
    found = list(view.gap_sentences(shown))
    countries = {shown.regions[code].country for code in shown.shown if code in shown.rows}
    if not is_joint(indicator) and len(countries) > 1:
        found.append(f"{verdict_word(t, indicator['verdict'])}. {indicator['comparability']}")
    if shown.state.lines and (refused := steps.refusal(shown)):
        found.append(refused)
    doubted = [shown.rows[code] for code in shown.shown if code in shown.rows and shown.rows[code]["status"] == "a"]
    reasons = dict.fromkeys(indicator["reasons"].get(row["reason"], "") for row in doubted)
    found += [reason for reason in list(reasons)[:_REASONS] if reason]
    return [*found, *drawing.legend_words(shown).remarks]
