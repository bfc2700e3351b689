"""The desk's work: handing in, checking, draft, release. Its addresses; the pages are in `work_pages.py`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from dashboard import urls
from dashboard.desk import checking, disk, intake, releasing, schemas, templates, tidying, work_pages
from dashboard.desk.known import known
from dashboard.desk.office import NotAllowedError, office, require_somewhere, user, visit
from dashboard.desk.permissions import User, may, may_somewhere
from dashboard.desk.scoped import Scoped
from dashboard.desk.throttle import TooManyError
from dashboard.desk.uploads import CHECKED, DRAFT, RECEIVED, REJECTED, WITHDRAWN, StepError, Upload, Uploads, moved
from dashboard.errors import language
from dashboard.i18n import Words, languages, words
from dashboard.store import Build

#: A part of an upload that is older never arrives.
STALE = 3600.0


def register(server: Flask, site: Blueprint, store: Scoped, folder: Path) -> Uploads:
    """Add the addresses to the desk's. folder: internal/desk. To be called before the guard is registered."""
    uploads = Uploads(folder)
    uploads.make()
    checking.remove_unfinished(uploads.files, time.time() - STALE)
    server.request_class = intake.StreamingRequest
    server.config[intake.PARTS] = uploads.files
    server.before_request(_arriving)
    _handing_in(site, uploads)
    _looking(site, uploads, store)
    _steps(site, uploads, store)
    site.register_error_handler(StepError, _gone_on)
    site.register_error_handler(OSError, _disk)
    return uploads


def _words(lang: str) -> Words:
    if lang not in languages():
        raise urls.NotFoundError(request.path)
    return words(lang)


def _gone_on(error: Exception) -> Response:
    office().audit.write(user().key, "step refused", path=request.path[:200], stands=str(error))
    return work_pages.gone_on(language())


def _disk(error: Exception) -> Response:
    office().audit.write(user().key, "step failed", path=request.path[:200], why=type(error).__name__)
    return work_pages.no_disk(language())


def _arriving() -> Response | None:
    """Let contributors bring a file; whoever else sends one meets the guard, and the limit that all requests have."""
    if request.endpoint != "desk.arrive" or request.method != "POST":
        return None
    if visit() is None or not may_somewhere(user(), "contribute"):
        return None
    intake.allow(request)
    try:
        office().throttle.upload(user().key, office().config.uploads_an_hour)
        if (request.content_length or 0) > (request.max_content_length or 0):
            raise RequestEntityTooLarge
        _ = request.form
    except RequestEntityTooLarge:
        office().audit.write(user().key, "upload refused", why="too large", announced=request.content_length)
        return work_pages.too_large(language(), intake.MOST_BYTES)
    except TooManyError as error:
        office().audit.write(user().key, "upload refused", why="too many", wait=error.seconds)
        return work_pages.too_many(language(), office().config.uploads_an_hour, error.seconds)
    except OSError as error:
        return _disk(error)
    return None


def _handing_in(site: Blueprint, uploads: Uploads) -> None:
    @site.get("/<lang>/desk/upload")
    def hand_in(lang: str) -> Response:
        t = _words(lang)
        require_somewhere("contribute")
        return work_pages.hand_in(t)

    @site.get("/<lang>/desk/template/<kind>.<form>")
    def template(lang: str, kind: str, form: str) -> Response:
        _words(lang)
        if kind not in schemas.KINDS or form not in templates.FORMS:
            raise urls.NotFoundError(request.path[:80])
        make, type_ = templates.FORMS[form]
        headers = {"Content-Disposition": f'attachment; filename="atlas-{kind}-{lang}.{form}"'}
        return Response(make(schemas.schema(kind), lang), headers=headers, content_type=type_)

    @site.post("/<lang>/desk/upload")
    def arrive(lang: str) -> AnyResponse:
        t, asking = _words(lang), require_somewhere("contribute")
        kind, file = request.form.get("kind", ""), request.files.get("file")
        if kind not in schemas.KINDS or file is None or not file.filename:
            return work_pages.hand_in(t, failed=t("Choose what it is, and a file."), status=400)
        stored = intake.keep(file, uploads.files)
        name = intake.plain_name(file.filename)
        office().audit.write(asking.key, "handed in", kind=kind, file=name, sha256=stored[0], bytes=stored[1])
        tidying.tidy(uploads, office().audit, office().config.kept_days)
        made = uploads.begin(kind, asking, name, stored, request.form.get("sheet", "").strip()[:60])
        checking.start(uploads, made)
        return redirect(urls.draft(lang, made.id), 303)


def _looking(site: Blueprint, uploads: Uploads, store: Scoped) -> None:
    @site.get("/<lang>/desk/draft/<id_>")
    def draft(lang: str, id_: str) -> Response:
        t, upload, asking = _words(lang), _seen(uploads, id_), user()
        if upload.state == RECEIVED:
            checking.start(uploads, upload)
        return work_pages.draft(t, uploads, upload, asking, store.whole())

    @site.get("/<lang>/desk/draft/<id_>/refused.csv")
    def refused(lang: str, id_: str) -> Response:
        t, upload = _words(lang), _seen(uploads, id_)
        headers = {"Content-Disposition": f'attachment; filename="{upload.id}-refused.csv"'}
        content = work_pages.refused_csv(t, uploads, upload)
        return Response(content, headers=headers, content_type="text/csv; charset=utf-8")

    @site.get("/<lang>/desk/audit")
    def audit(lang: str) -> Response:
        t = _words(lang)
        asking, before = require_somewhere("audit"), request.args.get("before", "")
        number = int(before) if before.isdecimal() and len(before) < 12 else 0
        return work_pages.audit(t, office().audit, number, _audited(uploads, asking))


def _audited(uploads: Uploads, asking: User) -> Callable[[Mapping[str, Any]], bool]:
    """Which records of the audit log somebody may read: their own, and those on what lies within their scopes."""
    if may(asking, "audit"):
        return lambda record: True
    seen = [one for one in uploads.all() if one.within(asking, "audit")]
    marks = {one.id for one in seen} | {one.sha256 for one in seen}

    def sees(record: Mapping[str, Any]) -> bool:
        told = record["detail"]
        if record["who"] == asking.key or marks & {told.get("upload"), told.get("sha256")}:
            return True
        place = {"region": str(told.get("region") or ""), "programme": str(told.get("programme") or "")}
        return any(place.values()) and may(asking, "audit", **place)

    return sees


def _seen(uploads: Uploads, id_: str) -> Upload:
    """An upload that the user may see, mended where a failure left it between two steps."""
    try:
        with uploads.held(id_) as found:
            upload = releasing.mend(uploads, office().audit, found)
    except KeyError:
        raise urls.NotFoundError(id_[:80]) from None
    if not work_pages.visible(upload, user()):
        raise NotAllowedError("release", *next(iter(upload.scopes), ("", "")))
    return upload


def _steps(site: Blueprint, uploads: Uploads, store: Scoped) -> None:
    @site.post("/<lang>/desk/draft/<id_>/<deed>")
    def take(lang: str, id_: str, deed: str) -> AnyResponse:
        _words(lang)
        if deed not in _DEEDS:
            raise urls.NotFoundError(request.path[:80])
        _seen(uploads, id_)
        with disk.locked(uploads.home.parent / "step.lock"), uploads.held(id_) as upload:
            _DEEDS[deed](uploads, upload, store.whole())
        return redirect(urls.draft(lang, id_), 303)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:1000]


def _expect(upload: Upload, *states: str) -> None:
    if upload.state not in states:
        raise StepError(upload.state)


def _own(upload: Upload) -> User:
    """The contributor, who may still hand in for all of it."""
    asking = user()
    if asking.key != upload.who:
        raise NotAllowedError("contribute", *next(iter(upload.scopes), ("", "")))
    return asking


def _releaser(upload: Upload) -> User:
    """Somebody who may release all of it."""
    asking = user()
    if not upload.within(asking, "release"):
        raise NotAllowedError("release", *next(iter(upload.scopes), ("", "")))
    return asking


def _step(uploads: Uploads, upload: Upload, by: User, state: str, reason: str = "", **changes: object) -> None:
    office().audit.write(by.key, state, upload=upload.id, sha256=upload.sha256, kind=upload.kind, reason=reason)
    uploads.save(moved(upload, state, by, reason, **changes))


def _accept(uploads: Uploads, upload: Upload, _build: Build) -> None:
    by, mode = _own(upload), request.form.get("mode", "")
    _expect(upload, CHECKED)
    whole = not upload.result["refused"]
    if not upload.result["accepted"] or mode not in ("all", "accepted") or (mode == "all" and not whole):
        raise StepError(upload.state)
    if not upload.within(by, "contribute"):
        raise NotAllowedError("contribute", *next(iter(upload.scopes), ("", "")))
    _step(uploads, upload, by, DRAFT, mode=mode, token=checking.new_token())


def _withdraw(uploads: Uploads, upload: Upload, _build: Build) -> None:
    by = _own(upload)
    _expect(upload, CHECKED, DRAFT, RECEIVED, "unreadable")
    _step(uploads, upload, by, WITHDRAWN, token="")


def _reject(uploads: Uploads, upload: Upload, _build: Build) -> None:
    by = _releaser(upload)
    _expect(upload, DRAFT)
    if not _reason():
        raise StepError(upload.state)
    _step(uploads, upload, by, REJECTED, _reason(), token="")


def _recheck(uploads: Uploads, upload: Upload, _build: Build) -> None:
    by = user()
    _expect(upload, CHECKED, DRAFT)
    _step(uploads, upload, by, RECEIVED, token="")
    checking.start(uploads, replace(upload, state=RECEIVED))


def _release(uploads: Uploads, upload: Upload, build: Build) -> None:
    by = _releaser(upload)
    if by.key == upload.who:
        raise NotAllowedError("release", *next(iter(upload.scopes), ("", "")))
    if upload.state == DRAFT and upload.basis != checking.basis(uploads, build):
        raise StepError("checked against what was there before")
    there, token = known(build, uploads.released), request.form.get("token", "")
    releasing.release(uploads, office().audit, upload, by, token=token, known=there)


def _take_back(uploads: Uploads, upload: Upload, _build: Build) -> None:
    by = _releaser(upload)
    if not _reason():
        raise StepError(upload.state)
    releasing.take_back(uploads, office().audit, upload, by, _reason())


_DEEDS: dict[str, Callable[[Uploads, Upload, Build], None]] = {
    "accept": _accept,
    "withdraw": _withdraw,
    "reject": _reject,
    "recheck": _recheck,
    "release": _release,
    "take-back": _take_back,
}
