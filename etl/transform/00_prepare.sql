-- What the later files share. Temporary: nothing here is in the sealed build.

-- The worse of two flags of a value that exists. From least to most: fine, provisional, estimated, break, unreliable, artefact.
create temp macro worse(a, b) as
  (['', 'p', 'e', 'b', 'u', 'a'])[greatest(
    list_position(['', 'p', 'e', 'b', 'u', 'a'], a), list_position(['', 'p', 'e', 'b', 'u', 'a'], b))];

-- A period's place on its own time axis: years, quarters or months since year 0; `length(period)` tells them apart.
create temp macro tick(period) as
  case length(period)
    when 4 then cast(period as integer)
    when 7 then case when period[6] = 'Q' then cast(period[1:4] as integer) * 4 + cast(period[7] as integer) - 1
                else cast(period[1:4] as integer) * 12 + cast(period[6:7] as integer) - 1 end
  end;
create temp macro rhythm(period) as case when length(period) = 4 then 'A' when period[6] = 'Q' then 'Q' else 'M' end;

-- FRY1–FRY5 are both land and nuts2: a figure there does not yet say at which of the two a source has figures.
create temp table sure_unit as
  select code, any_value(level) as level, any_value(country) as country
  from map_unit group by code having count(*) = 1;
