"""The forms a table can be taken along in, and the job that makes a file of one."""

from __future__ import annotations

import gzip
import hashlib
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard import partnerships, programmes, urls
from dashboard.compare.maps import PARAMETERS as COMPARED
from dashboard.compressed import Packed, pack, packed_plain
from dashboard.exports import columnar, csv, cube, package, sheet
from dashboard.exports.parcel import Parcel
from dashboard.pages import Request, pages
from dashboard.store import Build

#: Bytes from which a text is packed with less effort.
LONG: Final = 1_000_000


#: Parameters that a view may have, besides its page's own (PARAMETERS); what trackers add does not belong into a file.
PARAMETERS: Final = frozenset(
    [*urls.PARAMETERS.values(), *COMPARED, *partnerships.Choice().query, *programmes.Choice().query, "limits", "rows"]
)


@dataclass(frozen=True)
class Form:
    """make: parcel → bytes. quality: how hard brotli tries; None for what is packed already."""

    make: Callable[[Parcel], bytes]
    content_type: str
    quality: int | None = None


def _csv(parcel: Parcel) -> bytes:
    return csv.text(parcel.table.rows, parcel.table.columns)


#: Ending → form. XLSX, Parquet and ZIP are packed in themselves.
FORMS: Final[Mapping[str, Form]] = {
    "csv": Form(_csv, "text/csv; charset=utf-8", 5),
    "xlsx": Form(sheet.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": Form(columnar.parquet, "application/vnd.apache.parquet"),
    "json": Form(cube.jsonstat, "application/json", 5),
    "zip": Form(package.package, "application/zip"),
}


@dataclass(frozen=True)
class Asked:
    """A view and a form of it, in plain words that another process understands. base: the site's own address."""

    form: str
    lang: str
    page: str
    item: str
    query: tuple[tuple[str, str], ...]
    base: str

    def request(self, build: Build) -> Request:
        """What the page is asked for."""
        return Request(self.lang, self.item, dict(self.query), build)


@dataclass(frozen=True)
class File:
    """A file ready to be sent. name: without ending."""

    name: str
    packed: Packed


def parcel(build: Build, asked: Asked) -> Parcel:
    """The page's table with its papers. Raises what the page raises."""
    request, page = asked.request(build), pages()[asked.page]
    table: csv.Table = page.csv(request)
    _refuse_long(asked, request, len(table.rows))
    view = urls.view_url(asked.lang, asked.page, asked.item, request.query)
    address = asked.base + urls.frozen(view, build.id)
    return Parcel(table, request.words, build, table.title or page.title(request), address)


def _refuse_long(asked: Asked, request: Request, rows: int) -> None:
    """Raise NotFoundError (413) for more rows than this form may have."""
    t, most = request.words, csv.WORKBOOK if asked.form == "xlsx" else csv.MOST
    if rows > most:
        text = t(
            "The table has {rows} rows, and a file of this kind at most {n}.", rows=t.number(rows), n=t.number(most)
        )
        view = (asked.lang, asked.page, asked.item, request.query)
        links = [(form.upper(), urls.view_url(*view, form)) for form in ("csv", "parquet", "zip") if rows <= csv.MOST]
        links.append((t("Back to the page"), urls.view_url(*view)))
        raise urls.NotFoundError(asked.page, text=text, links=tuple(links), status=413)


def made(build: Build, asked: Asked) -> File:
    """The file. Raises what the page raises, and cube.NoCubeError."""
    found, form = parcel(build, asked), FORMS[asked.form]
    content = form.make(found)
    return File(found.table.name, packed_plain(content) if form.quality is None else _packed(content, form.quality))


def _packed(content: bytes, quality: int) -> Packed:
    """The forms of a text; a long one is asked for once or twice, so it is packed in the way that costs least."""
    if len(content) <= LONG:
        return pack(content, quality)
    etag = hashlib.sha256(content).hexdigest()
    return Packed(content, b"", gzip.compress(content, 6, mtime=0), etag)


def job(build: Build, asked: Asked) -> bytes:
    """`made` for the process in which exports are made (pool.py): the File, pickled."""
    return pickle.dumps(made(build, asked))
