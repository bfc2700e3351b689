"""IA-Clusters: from the project's table of programmes to the exact tidy table, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import france2030_ia_clusters
from tests.golden.delivered import shared, written

HEADER = (
    "id,name,type,lead,orgs,cities,region,nuts1,start,end,funding_eur,funding_kind,jobs_planned,jobs_realised,status,"
    "partner_regions,note,source"
)
PRESS = "https://www.webtimemedias.com/article/3-ia-cote-azur-label-ia-cluster-assorti-20-me"
TABLE = f"""{HEADER}
ia-clusters,IA-Clusters,programme,ANR / SGPI,,,France,,2024-05-21,,95000000,sum,,,awarded,,,{PRESS}
iac-prairie-psai,PR[AI]RIE-PSAI,IA-Cluster,Université PSL,,Paris,,FR1,2024-05-21,,75000000,,,,awarded,,,{PRESS}
iac-sequoia,SequoIA,IA-Cluster,Université de Rennes,,Rennes,,FRH,2024-05-21,,20000000,,,,awarded,,,{PRESS}
3ia-prairie,PRAIRIE (3IA),3IA institute,INRIA siège,,,,FR1,2019-09-01,,21500000,,,,continued,,,ANR_02
"""


def delivery(folder: Path, table: str = TABLE) -> Delivery:
    return written(folder, france2030_ia_clusters.SOURCE, programmes=table)


def test_the_table_becomes_exactly_these_rows(tmp_path: Path) -> None:
    """The 3IA grant of 2019 is not added, régions without a cluster are 0."""
    tidy = france2030_ia_clusters.parse(delivery(tmp_path))
    some = {"FR": (95000000, "own_sum"), "FR1": (75000000, "lead_region"), "FRH": (20000000, "lead_region")}
    assert tidy.select("region", "period", "value", "status", "reason").rows() == [
        (region, "2024", *some.get(region, (0, ""))[:1], "", some.get(region, (0, ""))[1])
        for region in sorted(["FR", *codes.units("land", "FR")])
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",20000000,", ",-20000000,", r"line 4, column 'funding_eur': award in EUR -2e\+07 is outside"),
        (",20000000,", ",20,", r"line 4, column 'funding_eur': award in EUR 20 is outside"),
        (",20000000,", ",,", r"line 4, column 'funding_eur': the cluster 'iac-sequoia' has no amount"),
        (",20000000,", ",35000000,", r"the awards sum to 110000000 EUR, the row 'ia-clusters' says \[95000000\]"),
        (",FRH,", ",FRX,", r"line 4, column 'nuts1': unknown NUTS code 'FRX'"),
        (",FRH,", ",,", r"line 4, column 'nuts1': the cluster 'iac-sequoia' has no région"),
        ("iac-sequoia", "iac-prairie-psai", r"line 4, column 'id': two rows have the same key"),
        ("funding_eur", "amount", r"line 1, column 'funding_eur': the column is missing; new in the file: 'amount'"),
    ],
)
def test_a_changed_table_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        france2030_ia_clusters.parse(delivery(tmp_path, TABLE.replace(old, new)))
    assert "programmes.csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_an_award_without_its_address_is_refused(tmp_path: Path) -> None:
    bare = TABLE.replace(f",20000000,,,,awarded,,,{PRESS}", ",20000000,,,,awarded,,,")
    with pytest.raises(DeliveryError, match="line 4, column 'source': the cluster 'iac-sequoia' has no address"):
        france2030_ia_clusters.parse(delivery(tmp_path, bare))


def test_the_whole_table_gives_360_million() -> None:
    tidy = france2030_ia_clusters.parse(shared(france2030_ia_clusters.SOURCE))
    amounts = {row["region"]: row["value"] / 1e6 for row in tidy.iter_rows(named=True) if row["value"]}
    assert amounts == {"FR": 360, "FR1": 200, "FRK": 70, "FRF": 30, "FRH": 20, "FRJ": 20, "FRL": 20}
