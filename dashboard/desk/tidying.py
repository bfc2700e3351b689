"""What was handed in and led to nothing is removed after a while: names and files of people are not kept for good."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

from dashboard.desk.audit import Audit
from dashboard.desk.uploads import CHECKED, RECEIVED, REJECTED, UNREADABLE, WITHDRAWN, Uploads

#: Refused, or abandoned before the draft. A draft waits for its release, and what was released stays.
OVER = (RECEIVED, CHECKED, UNREADABLE, WITHDRAWN, REJECTED)


def tidy(uploads: Uploads, audit: Audit, days: int) -> list[str]:
    """Remove the uploads of OVER in which nothing has happened for so many days; returns their ids.

    Each is written down first; its file goes with it unless another upload is of the same file. Raises AuditError.
    """
    oldest = datetime.now(UTC) - timedelta(days=days)
    removed = []
    for upload in uploads.all():
        if upload.state not in OVER or datetime.fromisoformat(upload.steps[-1]["at"]) > oldest:
            continue
        with uploads.held(upload.id) as now:
            if now.state not in OVER:
                continue
            audit.write("the desk", "removed", upload=now.id, sha256=now.sha256, state=now.state, days=days)
            hidden = uploads.home / f".{now.id}"
            (uploads.home / now.id).rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)
        removed.append(now.id)
        if not any(one.sha256 == now.sha256 for one in uploads.all()):
            (uploads.files / now.sha256).unlink(missing_ok=True)
    for left in uploads.home.glob(".*"):  # of a removal that was cut off
        shutil.rmtree(left, ignore_errors=True)
    return removed
