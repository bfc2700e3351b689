"""What each resource can be asked for. One declaration checks an address and is its part of the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard.api.rows import Level

#: Rows of a page: what comes without `limit`, and the most.
ROWS: Final = 1000
MOST: Final = 10_000
#: The breakdown's total, as SDMX has it.
TOTAL: Final = "_T"

_Country = Literal["DE", "FR"]
#: A code in a list that is separated by commas.
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{1,64}$")]
_Codes = Annotated[list[_Code], Field(min_length=1, max_length=700)]
_Id = _Code
_Period = Annotated[str, Field(pattern=r"^[0-9]{4}(-(Q[1-4]|[0-9]{2}))?$", examples=["2024", "2024-Q2", "2024-06"])]
_Periods = Annotated[list[_Period], Field(min_length=1, max_length=400)]


class Query(BaseModel):
    """What every resource takes. Names that it does not have are refused, so that a typo is not ignored."""

    model_config = ConfigDict(extra="forbid")

    asof: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9_-]{1,64}$",
            description="A build that is kept, by its id, or a day (2026-11-24): the figures as published then.",
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="Rows of a page, at most.")] = ROWS
    cursor: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9_-]{1,600}$",
            description="Where the next page begins: as the page before said it, not to be made by hand.",
        ),
    ] = None


class Indicators(Query):
    """Parameters of /indicators."""

    theme: Annotated[_Id | None, Field(description="Only indicators of this theme.")] = None
    country: Annotated[_Country | None, Field(description="Only what there is for this country.")] = None
    level: Annotated[Level | None, Field(description="Only what a map shows at this level.")] = None
    source: Annotated[_Id | None, Field(description="Only what is made from this source.")] = None


class Regions(Query):
    """Parameters of /regions."""

    parent: Annotated[
        _Id | None, Field(description="Only what lies in this region, at any level; NUTS 2024 or ISO 3166-2.")
    ] = None
    country: Annotated[_Country | None, Field(description="Only what there is for this country.")] = None
    level: Annotated[Level | None, Field(description="Only what a map shows at this level.")] = None


class Territories(Query):
    """Parameters of /territories."""

    kind: Annotated[_Id | None, Field(description="Only of this kind.")] = None
    region: Annotated[_Id | None, Field(description="Only those with this region among their members.")] = None


class Observations(Query):
    """Parameters of /observations."""

    indicator: Annotated[_Codes | None, Field(description="Ids of indicators, separated by commas.")] = None
    region: Annotated[
        _Codes | None, Field(description="Codes of regions, separated by commas; NUTS 2024 or ISO 3166-2.")
    ] = None
    parent: Annotated[
        _Id | None, Field(description="Only what lies in this region, at any level; NUTS 2024 or ISO 3166-2.")
    ] = None
    country: Annotated[_Country | None, Field(description="Only what there is for this country.")] = None
    level: Annotated[Level | None, Field(description="Only what a map shows at this level.")] = None
    period: Annotated[
        _Periods | None, Field(description="Years (2024), quarters (2024-Q2) or months (2024-06), separated by commas.")
    ] = None
    since: Annotated[_Period | None, Field(alias="from", description="The first period.")] = None
    until: Annotated[_Period | None, Field(alias="to", description="The last period.")] = None
    member: Annotated[
        _Codes | None, Field(description="Members of the breakdown, separated by commas; _T is the total.")
    ] = None


class Programmes(Query):
    """Parameters of /programmes."""

    kind: Annotated[_Id | None, Field(description="Only of this kind.")] = None
    status: Annotated[_Id | None, Field(description="Only in this state.")] = None
    region: Annotated[
        _Id | None, Field(description="Only what is in this region, also in a part of it; NUTS 2024 or ISO 3166-2.")
    ] = None
    parent: Annotated[_Id | None, Field(description="Only what belongs to this programme.")] = None


class Claims(Query):
    """Parameters of /claims."""

    programme: Annotated[_Id | None, Field(description="Only what was said of this programme.")] = None
    measure: Annotated[_Id | None, Field(description="Only of this measure: jobs, money …")] = None
    kind: Annotated[_Id | None, Field(description="Only of this kind.")] = None
    state: Annotated[_Id | None, Field(description="Only in this state.")] = None


class Partnerships(Query):
    """Parameters of /partnerships."""

    kind: Annotated[_Id | None, Field(description="Only of this kind.")] = None
    state: Annotated[_Id | None, Field(description="Only in this state.")] = None
    programme: Annotated[_Id | None, Field(description="Only what belongs to this programme.")] = None
    organisation: Annotated[_Id | None, Field(description="Only those with this organisation among their members.")] = (
        None
    )


class Sources(Query):
    """Parameters of /sources."""


class Builds(BaseModel):
    """Parameters of /builds: none."""

    model_config = ConfigDict(extra="forbid")


class Item(BaseModel):
    """Parameters of one row by its id."""

    model_config = ConfigDict(extra="forbid")

    asof: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The same as in lists.")] = None


def names(model: type[BaseModel]) -> dict[str, Any]:
    """Name in the address → its JSON Schema, in the order of the declaration."""
    properties: dict[str, Any] = model.model_json_schema(by_alias=True).get("properties", {})
    return {name: _plain(schema) for name, schema in properties.items()}


def lists(model: type[BaseModel]) -> set[str]:
    """The names that take several values."""
    return {name for name, schema in names(model).items() if schema.get("type") == "array"}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without "or null": a parameter that is not there is not in the address."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    found = {**schema, **(choices[0] if choices else {})}
    return {
        key: value
        for key, value in found.items()
        if key not in ("anyOf", "title") and (key, value) != ("default", None)
    }
