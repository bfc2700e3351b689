"""Text to be copied: a field that can only be read, and a button that copies it (assets/copied.js)."""

from __future__ import annotations

from dash import html
from flask import current_app, has_app_context

from dashboard.components.attributes import attrs
from dashboard.i18n import Words

ASSETS = ("copied.css", "copied.js")


def setting(name: str) -> str:
    """A setting of the process that answers; '' outside of one."""
    return str(current_app.config.get(name, "")) if has_app_context() else ""


def field(t: Words, name: str, label: str, template: str, *, values: dict[str, str], rows: int = 3) -> html.Div:
    """A labelled field. template: its text with {address} and {title}, which the script fills for the view on screen.

    values: what stands there before, or without scripts; without a title nothing: the script fills it when opened.
    """
    id_, text = f"copy-{name}", template if values.get("title", " ") else ""
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    button = html.Button(t("Copy"), type="button", hidden=True, **attrs(data_copy=id_, data_done=t("Copied")))
    area = html.Textarea(
        text, id=id_, readOnly="readonly", rows=rows, spellCheck="false", **attrs(data_template=template)
    )
    return html.Div([html.Label(label, htmlFor=id_), area, button], className="copied")


def tex(text: str) -> str:
    """A text as TeX reads it."""
    return "".join(_TEX.get(sign, sign) for sign in text)


_TEX = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"}
