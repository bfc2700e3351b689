"""Reading a deck back: what a person who opens it in PowerPoint finds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw
from pptx import Presentation

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


def opened(content: bytes) -> Any:
    """The presentation."""
    return Presentation(io.BytesIO(content))


def every(shapes: Any) -> Iterator[Any]:
    """All shapes, groups and what is in them."""
    for shape in shapes:
        yield shape
        if shape.shape_type == 6:
            yield from every(shape.shapes)


def texts(slide: Any) -> str:
    """All words on a slide, those of tables too."""
    return " ".join(node.text or "" for node in slide._element.iter(f"{_A}t"))


def described(shape: Any) -> str:
    """What is said of a shape to who cannot see it."""
    return str(shape._element.find(f".//{_P}cNvPr").get("descr") or "")


def titled(slide: Any) -> str:
    """The title."""
    return str(slide.shapes.title.text_frame.text)


def notes(slide: Any) -> str:
    """What the speaker reads."""
    return str(slide.notes_slide.notes_text_frame.text)


def freeforms(slide: Any) -> dict[str, Any]:
    """Name → freeform, of all groups."""
    return {
        shape.name: shape for shape in every(slide.shapes) if shape._element.find(f"{_P}spPr/{_A}custGeom") is not None
    }


def fill(shape: Any) -> tuple[str, str]:
    """(preset of the pattern or '', colour) that a freeform is filled with."""
    found = shape._element.find(f"{_P}spPr")
    pattern = found.find(f"{_A}pattFill")
    if pattern is not None:
        return pattern.get("prst"), pattern.find(f"{_A}bgClr/{_A}srgbClr").get("val")
    solid = found.find(f"{_A}solidFill/{_A}srgbClr")
    return "", "" if solid is None else solid.get("val")


def code(slide: Any) -> str:
    """What the QR code of a slide says, drawn from its shape and read."""
    (found,) = [shape for name, shape in freeforms(slide).items() if re.match(r"QR|Code QR", name)]
    path = found._element.find(f".//{_A}path")
    size = int(path.get("w")) + 8
    picture = Image.new("L", (size * 6, size * 6), 255)
    draw = ImageDraw.Draw(picture)
    points: list[tuple[float, float]] = []
    for node in path:
        if node.tag == f"{_A}close":
            (x0, y0), (x1, y1) = points[0], points[2]
            draw.rectangle((x0 * 6, y0 * 6, x1 * 6 - 1, y1 * 6 - 1), fill=0)
            points = []
        else:
            at = node.find(f"{_A}pt")
            points.append((int(at.get("x")) + 4, int(at.get("y")) + 4))
    (read,) = zxingcpp.read_barcodes(picture)
    return str(read.text)
