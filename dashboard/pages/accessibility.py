"""The accessibility statement (BITV 2.0, RGAA), made from the last run of the tests."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attrs
from dashboard.components.legal_text import ASSETS as TEXTS
from dashboard.components.legal_text import operators, own, said
from dashboard.firstpaint import Kept
from dashboard.i18n import Words
from dashboard.legal import statement
from dashboard.legal.statement import Report
from dashboard.pages import Request

PATH = "accessibility"
ASSETS = TEXTS


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Accessibility")


def description(request: Request) -> str:
    """For search engines."""
    return request.words("How accessible this site is, how that was tested, and how to report a barrier.")


def state(_request: Request) -> str:
    """A drawn page holds until the operator changes the text."""
    return operators().state(PATH)


def layout(request: Request) -> list[Component]:
    """Status, what was tested, what is known not to work, ways to complain."""
    t, report = request.words, statement.shipped()
    text = operators().text(PATH, request.lang)
    parts: list[Component] = [
        html.H1(title(request)),
        html.P(
            t(
                "This statement holds for the pages of this site and was made on {day} from the tests of that day.",
                day=t.day(report.day),
            )
        ),
        *_status(t, report),
        *_tested(t, report),
        *_barriers(t, report),
        *(said(t, text) if text else [own(t, "ways")]),
    ]
    return [Kept(id="prose", className="prose", children=parts)]


def _status(t: Words, report: Report) -> list[Component]:
    """What may be claimed: a program finds some barriers, not all; without a person's audit nothing is fully met."""
    people = (
        t("People have tested it as well; see below.")
        if report.manual
        else t("No audit by people, with screen readers and other assistive technology, has been done yet.")
    )
    return [
        html.H2(t("How far the requirements are met")),
        html.P(t("The aim is WCAG 2.2 at level AA; with it EN 301 549, BITV 2.0 and RGAA 4.1.")),
        html.P([html.Strong(t("Status: partly met, tested by programs.")), " ", people]),
        html.P(t("By the rules of RGAA a site without a valid audit counts as “not compliant” until it has one.")),
    ]


def _tested(t: Words, report: Report) -> list[Component]:
    """The run, in figures."""
    looks = sum(len(runs) for runs in report.pages.values())
    facts = [
        t(
            "{n} kinds of pages in {looks} looks: German, French and English, light and dark, wide and narrow.",
            n=len(report.pages),
            looks=looks,
        ),
        t("{n} rules of {tool}, in {browser}.", n=len(report.rules), tool=report.axe, browser=report.browser),
        t("{n} rules were broken.", n=len(report.violations)) if report.violations else t("No rule was broken."),
    ]
    if report.undecided:
        rules = ", ".join(_named(t, report.undecided))
        facts.append(t("Rules that a program cannot decide alone: {rules}.", rules=rules))
    known = {path.rpartition("/")[2]: count for path, count in report.checks.items()}
    tried = {
        "test_tasks.py": t("Whole tasks by keyboard alone: {n} tests.", n=known.get("test_tasks.py", 0)),
        "test_keyboard.py": t("The map by keyboard: {n} tests.", n=known.get("test_keyboard.py", 0)),
        "test_every_page.py": t(
            "Every kind of page by axe, at 200 %, in letters of twice the size, in forced colours: {n} tests.",
            n=known.get("test_every_page.py", 0),
        ),
        "test_access.py": t(
            "The map, its menus and tooltips by axe, light and dark: {n} tests.", n=known.get("test_access.py", 0)
        ),
    }
    facts += [text for name, text in tried.items() if name in known]
    facts += [f"{t.day(day)}: {what}" for day, what in report.manual]
    return [html.H2(t("What was tested")), html.Ul([html.Li(fact) for fact in facts])]


def _named(t: Words, rules: Iterable[str]) -> list[str]:
    """Rules of axe in words, with the name they have there; those without words by that name alone."""
    known = {"color-contrast": t("contrast of letters that lie on a drawing")}
    return [f"{known[rule]} ({rule})" if rule in known else rule for rule in rules]


def _barriers(t: Words, report: Report) -> list[Component]:
    """What is known not to work."""
    listed = [
        t("Maps are drawings with a spoken name for every region; the same figures stand in a table on the page."),
        t("Presentations, pictures and tables to take along (PPTX, PNG, XLSX) were not tested for accessibility."),
        t("Titles of sources, quotations and names of licences stand in the language of their publisher."),
    ]
    parts: list[Component] = [html.H2(t("Known limits")), html.Ul([html.Li(text) for text in listed])]
    if report.violations:
        rows = [
            html.Tr([html.Th(one.page, scope="row"), html.Td(one.rule), html.Td(one.said, lang="en")])
            for one in report.violations
        ]
        heads = html.Tr([html.Th(name, scope="col") for name in (t("Kind of page"), t("Rule"), t("What it asks"))])
        table = html.Table([html.Thead(heads), html.Tbody(rows)], className="figures")
        parts.append(
            html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=t("Known limits")))
        )
    return parts
