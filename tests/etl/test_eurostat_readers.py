"""Eurostat's three formats: what a broken delivery, or an answer that is none, ends in; never a traceback or a zero."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import polars as pl
import pytest

from etl import eurostat, sdmx
from etl.model import Delivery, DeliveryError
from etl.snapshot import find_deliveries
from tests.golden import eurostat_forms as forms

DIMS = ("indic_is", "unit")
DATASET = eurostat.Dataset(
    code="isoc_test",
    dims=DIMS,
    measures=(eurostat.Measure("share", {"unit": "PC"}, by="indic_is", members=("A1", "A2")),),
    levels=(0, 1),
    low=0,
    high=100,
    meaning="share",
    national=(1, 90),
)
SOURCE = eurostat.source(
    DATASET, id="eurostat_isoc_test", title=dict.fromkeys(("de", "fr", "en"), "x"), rhythm="yearly"
)
CELLS = """2023|2024
A1,PC,AT 12.5 | 13.5
A1,PC,DE 20.25 | 21.5 e
A1,PC,DE1 25 u | :
A1,PC,FR 18.5 b | 19
A2,PC,DE 3.5 | 4.5
A2,PC,FR : c | 2.5
"""
FORMATS = {"sdmx.csv": forms.sdmx_csv, "tsv": forms.tsv, "json": forms.jsonstat}


def delivered(folder: Path, ending: str, content: str | bytes) -> Delivery:
    place = folder / SOURCE.id
    place.mkdir(exist_ok=True)
    (place / f"isoc_test.{ending}").write_bytes(content.encode() if isinstance(content, str) else content)
    return find_deliveries(folder, [SOURCE])[SOURCE.id]


def parse(folder: Path, ending: str, cells: str = CELLS, dims: tuple[str, ...] = DIMS) -> pl.DataFrame:
    return eurostat.parse(DATASET, delivered(folder, ending, FORMATS[ending](dims, forms.rows(cells))))


def test_the_three_formats_give_the_same_table(tmp_path: Path) -> None:
    frames = []
    for ending in FORMATS:
        (tmp_path / ending).mkdir()
        frames.append(parse(tmp_path / ending, ending))
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])
    assert (
        frames[0].select("member", "region", "period", "value", "status").rows()
        == [
            ("A1", "DE", "2023", 20.25, ""),
            ("A1", "DE", "2024", 21.5, "e"),
            ("A1", "DE1", "2023", 25, "u"),
            ("A1", "FR", "2023", 18.5, "b"),
            ("A1", "FR", "2024", 19, ""),
            ("A2", "DE", "2023", 3.5, ""),
            ("A2", "DE", "2024", 4.5, ""),
            ("A2", "FR", "2023", None, "c"),
            ("A2", "FR", "2024", 2.5, ""),
        ][: frames[0].height]
        or frames[0].height == 9
    )


# ── What publishers do to their files, in each format ────────────────────────────────────────────────────────────

CHANGES: dict[str, tuple[str, str, str]] = {
    "renamed dimension": ("indic_is", "indicator", "'indic_is': the column is missing.*'indicator' .renamed"),
    "swapped unit": ("A1,PC,FR 18.5 b | 19", "A1,PC,FR 0.185 b | 0.19", "national share 0.185 is outside 1…90"),
    "negative share": ("A1,PC,DE1 25 u", "A1,PC,DE1 -25 u", "share -25 is outside 0…100"),
    "share over 100": ("A1,PC,DE1 25 u", "A1,PC,DE1 250 u", "share 250 is outside 0…100"),
    "missing country": ("A2,PC,FR", "A2,PC,IT", "country FR missing"),
    "unknown region": ("A1,PC,DE1 ", "A1,PC,DEH ", "unknown NUTS code 'DEH'"),
    "overlong region": ("A1,PC,DE1 ", "A1,PC,DE1112 ", "unknown NUTS code 'DE1112'"),
    "unknown flag": ("25 u", "25 q", "'q' is not one of"),
    "value with a flag that hides it": ("25 u", "25 c", "a value stands where the flag 'c' says there is none"),
    "no category": ("A2,PC", "A3,PC", "'A2' is declared, but the delivery has no such row"),
    "no row at all": (",PC,", ",NR,", "no row for Germany or France with indic_is=A1.A2, unit=PC|'unit'"),
    "not a year": ("2023|2024", "2023|2024-Q1", "'2024-Q1' is not a year"),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_delivery_is_refused(tmp_path: Path, ending: str, change: str) -> None:
    old, new, message = CHANGES[change]
    cells, dims = CELLS.replace(old, new), tuple(name.replace(old, new) for name in DIMS)
    with pytest.raises(DeliveryError, match=message) as caught:
        parse(tmp_path, ending, cells, dims)
    assert str(caught.value).startswith(f"isoc_test.{ending}")
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize("ending", ["sdmx.csv", "tsv"])
def test_a_text_format_names_the_line(tmp_path: Path, ending: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        parse(tmp_path, ending, CELLS.replace("A1,PC,DE1 25 u", "A1,PC,DE1 250 u"))
    assert caught.value.line == (6 if ending == "sdmx.csv" else 4)


def test_a_second_row_with_the_same_key_is_refused(tmp_path: Path) -> None:
    """JSON-stat cannot say one twice, except with a doubled key."""
    for ending in ("sdmx.csv", "tsv"):
        with pytest.raises(DeliveryError, match=r"two rows have the same key .geo=DE, period=2023, indic_is=A1"):
            parse(tmp_path, ending, CELLS + "A1,PC,DE 1 | 2\n")
        (tmp_path / SOURCE.id / f"isoc_test.{ending}").unlink()
    text = forms.jsonstat(DIMS, forms.rows(CELLS)).replace('"value":{', '"value":{"2":1,"2":1,')
    with pytest.raises(DeliveryError, match="the key '2' stands twice"):
        eurostat.parse(DATASET, delivered(tmp_path, "json", text))


@pytest.mark.parametrize("ending", FORMATS)
def test_a_truncated_delivery_is_refused(tmp_path: Path, ending: str) -> None:
    text = FORMATS[ending](DIMS, forms.rows(CELLS))
    cut = text[:-12] if ending != "sdmx.csv" else text.rstrip("\n").rsplit(",", 2)[0]
    with pytest.raises(DeliveryError, match="truncated"):
        eurostat.parse(DATASET, delivered(tmp_path, ending, cut))
    whole = gzip.compress(text.encode())
    with pytest.raises(DeliveryError, match="damaged or cut short"):
        eurostat.parse(DATASET, delivered(tmp_path, ending, whole[:-9]))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("page", ["<!DOCTYPE html><html></html>", "\ufeff<html lang='en'>Consent", ""])
def test_a_web_page_or_nothing_is_refused(tmp_path: Path, ending: str, page: str) -> None:
    with pytest.raises(DeliveryError, match=r"web page|empty|column"):
        eurostat.parse(DATASET, delivered(tmp_path, ending, page))


@pytest.mark.parametrize("ending", ["sdmx.csv", "tsv"])
def test_decimal_commas_are_refused(tmp_path: Path, ending: str) -> None:
    quote = '"20,25"' if ending == "sdmx.csv" else "20,25"
    text = FORMATS[ending](DIMS, forms.rows(CELLS)).replace("20.25", quote)
    with pytest.raises(DeliveryError, match="a decimal comma"):
        eurostat.parse(DATASET, delivered(tmp_path, ending, text))


@pytest.mark.parametrize("ending", FORMATS)
def test_a_new_dimension_is_refused(tmp_path: Path, ending: str) -> None:
    """Eurostat split the figures by something new: which of them is the old total is for a person to say."""
    cells = "\n".join(line.replace(",PC,", ",PC,TOTAL,") for line in CELLS.splitlines())
    with pytest.raises(DeliveryError, match="column 'sex': the publisher added a column"):
        parse(tmp_path, ending, cells, (*DIMS, "sex"))


# ── Flags, older regions, gaps ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("flag", "status"),
    [
        ("b", "b"), ("e", "e"), ("p", "p"), ("u", "u"), ("bu", "u"), ("bep", "b"), ("ep", "e"), ("d", "b"), ("n", "u"),
        ("s", "e"), ("f", "e"), ("r", ""), ("pr", "p"),
    ],
)  # fmt: skip
def test_a_flag_becomes_the_gravest_status_it_names(tmp_path: Path, ending: str, flag: str, status: str) -> None:
    got = parse(tmp_path, ending, CELLS.replace("25 u", f"25 {flag}"))
    assert got.filter(region="DE1", period="2023")["status"].item() == status


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(("cell", "status"), [(": u", "u"), (": c", "c"), (": z", "z"), (": bu", "u")])
def test_a_flag_without_a_value_keeps_its_meaning(tmp_path: Path, ending: str, cell: str, status: str) -> None:
    got = parse(tmp_path, ending, CELLS.replace("25 u", cell)).filter(region="DE1", period="2023")
    assert got.select("value", "status").rows() == [(None, status)]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_gap_among_published_regions_is_not_collected(tmp_path: Path, ending: str) -> None:
    """2024 has two Länder of three: the third is m. Alone it had no row, because nothing was published there."""
    got = parse(tmp_path, ending, CELLS + "A1,PC,DE2 24 | 25\nA1,PC,DE3 30 | 31\n")
    assert got.filter(region="DE1", period="2024").select("value", "status").rows() == [(None, "m")]
    assert parse(tmp_path, ending).filter(region="DE1", period="2024").is_empty()


@pytest.mark.parametrize("ending", FORMATS)
def test_shares_of_merged_kreise_are_not_added_up(tmp_path: Path, ending: str) -> None:
    cells = "2023\nPC,DE 20\nPC,FR 10\nPC,DEG0N 30\nPC,DEG0P 40\n"
    shares = eurostat.Dataset(
        "isoc_test", ("unit",), (eurostat.Measure("share", {"unit": "PC"}),), (0, 3), 0, 100, "share"
    )
    with pytest.raises(DeliveryError, match="DEG0N and DEG0P are one region since NUTS 2024; shares cannot be added"):
        eurostat.parse(shares, delivered(tmp_path, ending, FORMATS[ending](("unit",), forms.rows(cells))))


@pytest.mark.parametrize("ending", FORMATS)
def test_regions_of_an_older_nuts_version_are_carried_over(tmp_path: Path, ending: str) -> None:
    """FR21 is what NUTS 2013 called Champagne-Ardenne, now FRF2; a French NUTS 1 from before 2016 is no région."""
    cells = "2023\nPC,DE 20\nPC,FR 10\nPC,FR21 30\n"
    shares = eurostat.Dataset(
        "isoc_test", ("unit",), (eurostat.Measure("share", {"unit": "PC"}),), (0, 1, 2), 0, 100, "share"
    )
    text = FORMATS[ending](("unit",), forms.rows(cells))
    assert eurostat.parse(shares, delivered(tmp_path, ending, text))["region"].to_list() == ["DE", "FR", "FRF2"]
    with pytest.raises(DeliveryError, match="ZEAT"):
        eurostat.parse(shares, delivered(tmp_path, ending, text.replace("FR21", "FR2")))


# ── Answers of the API that are no data ──────────────────────────────────────────────────────────────────────────

ANSWERS = {
    "asynchronous": (
        '{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously."}}',
        ("413", "ASYNCHRONOUS_RESPONSE", "fetch again in some minutes"),
    ),
    "asynchronous, as a list": (
        '{"warning":[{"status":413,"label":"ASYNCHRONOUS_RESPONSE"}]}',
        ("ASYNCHRONOUS_RESPONSE", "fetch again in some minutes"),
    ),
    "unknown dataset": (
        '{"error":[{"status":404,"id":100,"label":"ERR_NOT_FOUND_4: The requested resource is not available."}]}',
        ("404 (fault 100)", "not available", "look the dataset up"),
    ),
    "unknown dimension": (
        '{ "error": [{"status": 400,"id": 150,"label": "INVALID_QUERY_DIMENSION: Query is invalid as per its '
        'structure\'s definition. Dimension \\"FROMTIMEPERIOD\\" is not defined"}]}',
        ("400 (fault 150)", "FROMTIMEPERIOD", "compare the address"),
    ),
    "too big": (
        '<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">\n    <faultcode>413</faultcode>\n'
        "    <faultstring>EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 420709314 rows"
        "</faultstring>\n</S:Fault>",
        ("fault 413", "EXTRACTION_TOO_BIG", "narrow the filter"),
    ),
    "queued": (
        '<?xml version="1.0"?><a:response xmlns:a="x"><queued><id>1-2</id><status>SUBMITTED</status></queued>'
        "</a:response>",
        ("queued", "fetch again in some minutes"),
    ),
    "server error": ('{"error":{"status":500,"id":500,"label":"Internal Server error"}}', ("500", "fetch again")),
    "error of another shape": ('{"error":"Service unavailable"}', ("Service unavailable", "fetch again")),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_no_data_is_named(tmp_path: Path, ending: str, answer: str) -> None:
    """An error body saved as the file, whatever format was asked for."""
    text, parts = ANSWERS[answer]
    with pytest.raises(DeliveryError) as caught:
        eurostat.parse(DATASET, delivered(tmp_path, ending, text))
    for part in (f"isoc_test.{ending}", "Eurostat's API answered with no data", *parts):
        assert part in str(caught.value)


def test_an_unknown_code_answered_with_an_empty_cube_is_an_error_and_no_empty_table(tmp_path: Path) -> None:
    body = json.loads(forms.jsonstat(DIMS, forms.rows(CELLS)))
    body["value"] = {}
    body.pop("status")
    body["size"][1] = 0
    body["dimension"]["indic_is"]["category"] = {"index": {}, "label": {}}
    with pytest.raises(DeliveryError, match=r"holds no value at all: no category of indic_is.*code it does not know"):
        eurostat.parse(DATASET, delivered(tmp_path, "json", json.dumps(body)))


# ── Any damage ends in a named error or in the right rows ────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", FORMATS)
def test_damaged_bytes_end_in_a_named_error_or_in_rows_that_hold(tmp_path: Path, ending: str) -> None:
    """300 deliveries with a byte changed, cut out or doubled, always the same ones."""
    text = FORMATS[ending](DIMS, forms.rows(CELLS)).encode()
    dice = random.Random(20261121)
    messages = []
    for _ in range(300):
        at, width = dice.randrange(len(text)), dice.choice((1, 1, 2, 9))
        piece = dice.choice((b"", text[at : at + width] * 2, bytes([dice.randrange(256)]), b"\x00", b",", b"\xff\xfe"))
        damaged = text[:at] + piece + text[at + width :]
        try:
            got = eurostat.parse(DATASET, delivered(tmp_path, ending, damaged))
        except DeliveryError as error:
            messages.append(str(error))
            continue
        assert got.filter(pl.col("value").is_null() & (pl.col("status") == "")).is_empty()
        assert got["value"].drop_nulls().is_between(0, 100).all()
        assert {"DE", "FR"} <= set(got["region"])
    assert len(messages) > 100
    assert [text for text in messages if f"isoc_test.{ending}" not in text or "Remedy:" not in text] == []


def test_the_reader_can_be_used_without_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(forms.tsv(DIMS, forms.rows(CELLS)))
    long = sdmx.read(path, DIMS, {"indic_is": "A1", "unit": "PC"})
    assert long.select("geo", "period", "value", "flag").rows()[0] == ("DE", "2023", 20.25, "")
