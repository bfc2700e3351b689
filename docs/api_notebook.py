# %% [markdown]
# The atlas from a notebook: which Länder and régions have moved most. Every cell runs as it stands
# (tests/docs/test_api_docs.py runs them all); open it in Jupyter with jupytext, in VS Code or Spyder as it is.

# %%
import io
import os

import httpx
import polars as pl

ATLAS = httpx.Client(base_url=os.environ.get("ATLAS", "http://127.0.0.1:8050"))
INDICATOR = "adoption_firms_ai_web_pct"

# %% Which edition of the data is this, and what does the indicator say of itself?
about = ATLAS.get(f"/api/v1/indicators/{INDICATOR}").raise_for_status().json()
build, sources = about["build"], about["data"]["sources"]

# %% All years of all Länder and régions, frozen to that edition, as Parquet.
query = {"indicator": INDICATOR, "level": "land", "limit": 10_000, "asof": build}
answer = ATLAS.get("/api/v1/observations.parquet", params=query).raise_for_status()
if "next" in answer.links:
    raise SystemExit("more than one page: follow answer.links['next']")
figures = pl.read_parquet(io.BytesIO(answer.content))

# %% Names; then how many points each has gained since the first year, without what is doubtful.
regions = pl.DataFrame(ATLAS.get("/api/v1/regions", params={"level": "land"}).raise_for_status().json()["data"])
sure = figures.filter(~pl.col("status").is_in(["a", "u"]) & pl.col("value").is_not_null()).sort("period")
rise = sure.group_by("region").agg(gained=pl.last("value") - pl.first("value"), now=pl.last("value"))
top = rise.join(regions.select(region="code", name="name_en"), on="region").sort("gained", descending=True).head(5)
top.with_columns(build=pl.lit(build), source=pl.lit(sources[0])).show()
