"""Indeed AI Tracker: from the published daily file to exact monthly means, and what is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.model import TIDY, Delivery, DeliveryError
from etl.sources import indeed_ai_postings as module
from tests.golden.delivered import shared, written

#: Real daily values (commit 41392c3f…), 30 January to 1 March 2019.
DAILY = {
    "DE": (
        1.99514176481469,
        1.99860801232824,
        2.0001119998835,
        2.00187590163713,
        2.00254349568831,
        1.99664703025809,
        1.98993164253469,
        1.99208488770163,
        1.99012271813082,
        1.99097048535081,
        1.99148662036247,
        1.99240467201739,
        1.99710666585587,
        1.9980753977541,
        1.9954495493823,
        1.99770470257879,
        1.99756942401562,
        1.99530762188965,
        1.9954476096036,
        1.99620043950075,
        1.99888818264938,
        2.00046200303538,
        2.00118597981446,
        2.00207629564611,
        2.00506811908918,
        2.00682874655595,
        2.00794561062665,
        2.00959659570566,
        2.00917018987653,
        2.01077271663125,
        2.01296629994985,
    ),
    "FR": (
        2.28023368920025,
        2.27104937875249,
        2.26518064991052,
        2.25910881168608,
        2.25466842709783,
        2.25057615021719,
        2.25216399519624,
        2.25531121275484,
        2.25837050770011,
        2.26145172510708,
        2.26786986515457,
        2.27198212258924,
        2.27745633769767,
        2.27803882332723,
        2.27513675488371,
        2.277066089151,
        2.27389668603287,
        2.26712256964198,
        2.26146239080163,
        2.25644604447808,
        2.25371290819865,
        2.25181844693872,
        2.24510436494074,
        2.24146530233607,
        2.24196216654604,
        2.24280123041245,
        2.24240861026473,
        2.24110896305553,
        2.24375576997369,
        2.24249955414646,
        2.24299424300761,
    ),
}


def published(start: date = date(2019, 1, 30)) -> str:
    """The published file: all countries day by day, here Australia, Germany and France."""
    lines = ["date,jobcountry,AI_share_postings"]
    for offset, (german, french) in enumerate(zip(DAILY["DE"], DAILY["FR"], strict=True)):
        day = start + timedelta(days=offset)
        lines += [f"{day},AU,2.31409256370255", f"{day},DE,{german}", f"{day},FR,{french}"]
    return "\n".join(lines) + "\n"


def delivery(folder: Path, text: str) -> Delivery:
    return written(folder, module.SOURCE, postings=text)


def test_only_the_complete_month_is_shown_as_its_plain_mean(tmp_path: Path) -> None:
    got = module.parse(delivery(tmp_path, published()))
    want = [
        ("ai_share", "DE", "2019-02", "", "", 1.9990369751348596, "", "", None, "postings"),
        ("ai_share", "FR", "2019-02", "", "", 2.257498088580034, "", "", None, "postings"),
    ]
    want_frame = pl.DataFrame(want, schema=TIDY, orient="row")
    assert got.drop("value").equals(want_frame.drop("value"))
    assert got["value"].to_list() == pytest.approx(want_frame["value"].to_list(), abs=1e-12)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("AI_share_postings", "AI_share", "line 1, column 'AI_share_postings': the column is missing.*'AI_share'"),
        (r"2019-02-03,DE,[\d.]+\n", "", "line 17, column 'date': no value for DE for 1 day.s. before 2019-02-04"),
        (r"2019-02-03,DE,", "2019-02-02,DE,", "line 15, column 'jobcountry': two rows have the same key"),
        (r"2019-02-03,DE,[\d.]+", '2019-02-03,DE,"2,1"', "line 15, column 'AI_share_postings': '2,1'.*decimal comma"),
        (r"2019-02-03,DE,[\d.]+", "2019-02-03,DE,0.021", "line 15, .*share 0.021 is outside 0.2…100; a swapped unit"),
        (r"2019-02-03,DE,[\d.]+", "2019-02-03,DE,-2", "share -2 is outside"),
        (r"2019-02-03,DE,[\d.]+", "2019-02-03,DE,210", "share 210 is outside"),
        (r"2019-02-03,DE,[\d.]+", "2019-02-03,DE,", "line 15, column 'AI_share_postings': '2019-02-03' has no share"),
        (r"2019-02-03,DE,", "03.02.2019,DE,", "line 15, column 'date': '03.02.2019' is not a date"),
        (",FR,", ",France,", "column 'jobcountry': country FR missing"),
        (r"2019-02-03,DE,[\d.]+", "2019-02-03,DE", "line 15: 2 cells .*truncated"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    changed = re.sub(old, new, published())
    assert changed != published()
    with pytest.raises(DeliveryError, match=message) as caught:
        module.parse(delivery(tmp_path, changed))
    assert str(caught.value).startswith("AI_posting.csv")
    assert "Remedy:" in str(caught.value)


def test_the_whole_delivery_has_the_reference_means() -> None:
    got = module.parse(shared(module.SOURCE))
    assert got.height == 2 * 90
    means = {
        (region, period): round(value, 2) for region, period, value in got.select("region", "period", "value").rows()
    }
    assert [means["DE", period] for period in ("2019-01", "2022-05", "2026-06")] == [1.99, 2.64, 5.00]
    assert [means["FR", period] for period in ("2019-01", "2022-05", "2026-06")] == [2.44, 2.03, 3.98]


def test_the_edition_of_the_shipped_figures_is_named() -> None:
    """The publisher rewrites history, so a figure without its edition cannot be cited."""
    assert re.search(r"commit [0-9a-f]{40}", module.SOURCE.vintage)


def test_a_file_without_a_complete_month_is_refused(tmp_path: Path) -> None:
    lines = published().splitlines(keepends=True)
    with pytest.raises(DeliveryError, match=r"AI_posting\.csv, .*a complete month of country DE, FR missing"):
        module.parse(delivery(tmp_path, "".join(lines[:40])))
