"""Charts of PowerPoint with their data sheet: series over time with gaps at breaks, and values beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.util import Emu, Pt

from dashboard.deck import measure
from dashboard.deck.colours import luminous
from dashboard.deck.model import Bars, Colours, Line, Lines, Point
from dashboard.deck.shapes import Area, clean, emu

_C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MARKS: Final = (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.DIAMOND, XL_MARKER_STYLE.TRIANGLE)
#: As of which many points a line has marks only where something is doubtful, and at its end.
_MANY: Final = 20
#: From this brightness on letters on a bar are dark.
_BRIGHT: Final = 0.55


def _rgb(colour: str) -> RGBColor:
    return RGBColor(*(int(colour[i : i + 2], 16) for i in (0, 2, 4)))  # type: ignore[no-untyped-call]


def runs(line: Line, periods: tuple[str, ...]) -> list[tuple[Point, ...]]:
    """A series cut where it breaks: each part becomes a series of the chart, so that no line leads across a break."""
    found: list[list[Point]] = []
    for point in sorted(line.points, key=lambda each: periods.index(each.period)):
        if found and not point.broken:
            found[-1].append(point)
        else:
            found.append([point])
    return [tuple(part) for part in found]


def lines(slide: Any, shown: Lines, area: Area, tones: Colours, again: str) -> Any:
    """A line chart. again: the words behind a name where its series begins anew, with {period}."""
    data = CategoryChartData(number_format=_format(shown.decimals))  # type: ignore[no-untyped-call]
    data.categories = [clean(period) for period in shown.periods]
    parts: list[tuple[Line, tuple[Point, ...]]] = []
    for line in shown.lines:
        for place, part in enumerate(runs(line, shown.periods)):
            name = line.name if place == 0 else again.format(name=line.name, period=part[0].period)
            known = {point.period: point.value for point in part}
            data.add_series(clean(name), [known.get(period) for period in shown.periods])  # type: ignore[no-untyped-call]
            parts.append((line, part))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *_place(area), data)
    chart = _plain(frame.chart, tones)
    chart.has_legend = len(parts) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    for series, (line, part) in zip(chart.plots[0].series, parts, strict=True):
        _line_look(series, line, part, shown, tones)
    _value_axis(chart, tones, shown.unit, shown.decimals)
    _category_axis(chart, tones)
    return frame


def _line_look(series: Any, line: Line, part: tuple[Point, ...], shown: Lines, tones: Colours) -> None:
    colour = _rgb(tones.styles[line.style % len(tones.styles)])
    series.smooth = False
    series.format.line.width = Pt(2.25)
    series.format.line.color.rgb = colour
    series.marker.style = _MARKS[line.style % len(_MARKS)]
    series.marker.size = 7 if len(part) <= _MANY else 3
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour
    series.marker.format.line.color.rgb = colour
    for point in part:
        if point.doubtful:
            mark = series.points[shown.periods.index(point.period)].marker
            mark.style, mark.size = _MARKS[line.style % len(_MARKS)], 8
            mark.format.fill.solid()
            mark.format.fill.fore_color.rgb = _rgb(tones.ground)
            mark.format.line.color.rgb = colour
    known = {point.period: point for point in part}
    _error_bars(series._element, [known.get(period) for period in shown.periods], tones)


def bars(slide: Any, shown: Bars, area: Area, tones: Colours) -> Any:
    """Bars from left to right, the first on top, with their values as written; 95 % intervals as lines."""
    data = CategoryChartData(number_format=_format(shown.decimals))  # type: ignore[no-untyped-call]
    data.categories = [clean(bar.name) for bar in shown.bars]
    data.add_series(clean(shown.name), [bar.value for bar in shown.bars])  # type: ignore[no-untyped-call]
    usual = tones.fills["q3"]
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *_place(area), data)
    chart = _plain(frame.chart, tones)
    chart.has_legend = False
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 45, False
    series = plot.series[0]
    series.invert_if_negative = False
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(usual)
    for place, bar in enumerate(shown.bars):
        point = series.points[place]
        ground = tones.accent if bar.marked else tones.land if bar.doubtful else usual
        if bar.marked:
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = _rgb(tones.accent)
        elif bar.doubtful:
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = _rgb(tones.land)
            point.format.line.color.rgb = _rgb(tones.pale)
        frame_ = point.data_label.text_frame
        frame_.text = clean(bar.written)
        frame_.paragraphs[0].runs[0].font.size = Pt(11)
        frame_.paragraphs[0].runs[0].font.bold = bar.marked
        point.data_label.position = XL_LABEL_POSITION.INSIDE_BASE
        frame_.paragraphs[0].runs[0].font.color.rgb = _rgb("17232b" if luminous(ground) > _BRIGHT else "ffffff")
    _error_bars(series._element, list(shown.bars), tones)
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False  # every bar has its value
    if min((bar.value for bar in shown.bars), default=0) >= 0:
        chart.value_axis.minimum_scale = 0
    _category_axis(chart, tones)
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    return frame


def _place(area: Area) -> tuple[Emu, Emu, Emu, Emu]:
    return Emu(emu(area.x)), Emu(emu(area.y)), Emu(emu(area.width)), Emu(emu(area.height))


def _format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _plain(chart: Any, tones: Colours) -> Any:
    chart.has_title = False
    chart.font.size = Pt(11)
    chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    return chart


def _value_axis(chart: Any, tones: Colours, unit: str, decimals: int) -> None:
    axis = chart.value_axis
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = _rgb(tones.line)
    axis.major_gridlines.format.line.width = Pt(0.5)
    axis.format.line.fill.background()
    axis.tick_labels.font.size = Pt(10)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = _format(0), False
    axis.has_title = bool(unit)
    if unit:
        frame = axis.axis_title.text_frame
        frame.text = clean(measure.cut(unit, 300, 14, 10))
        font = frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(10), False
        font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    values = [value for plot in chart.plots for series in plot.series for value in series.values if value is not None]
    if values and max(map(abs, values)) < 5 and decimals:
        axis.tick_labels.number_format = _format(min(decimals, 2))
    if values and min(values) >= 0:
        axis.minimum_scale = 0


def _category_axis(chart: Any, tones: Colours) -> None:
    axis = chart.category_axis
    axis.has_major_gridlines = False
    axis.format.line.color.rgb = _rgb(tones.line)
    axis.tick_labels.font.size = Pt(11)


def _error_bars(element: Any, points: Iterable[Any], tones: Colours) -> None:
    """Lines from the lower to the upper limit, in the chart's own way; none where nothing has limits."""
    known = list(points)
    if not any(point is not None and point.low is not None and point.high is not None for point in known):
        return
    plus, minus = [], []
    for place, point in enumerate(known):
        if point is not None and point.low is not None and point.high is not None:
            plus.append((place, point.high - point.value))
            minus.append((place, point.value - point.low))
    markup = (
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}"><c:errDir val="y"/><c:errBarType val="both"/>'
        f'<c:errValType val="cust"/><c:noEndCap val="0"/><c:plus>{_numbers(plus, len(known))}</c:plus>'
        f'<c:minus>{_numbers(minus, len(known))}</c:minus><c:spPr><a:ln w="9525"><a:solidFill>'
        f'<a:srgbClr val="{tones.pale}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    bars_ = etree.fromstring(markup)
    if element.getparent().tag.endswith("barChart"):  # the direction is the bars' own
        bars_.remove(bars_[0])
    element.find(f"{{{_C}}}cat").addprevious(bars_)


def _numbers(values: list[tuple[int, float]], count: int) -> str:
    inner = "".join(f'<c:pt idx="{place}"><c:v>{value:.12g}</c:v></c:pt>' for place, value in values)
    return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>{inner}</c:numLit>'
