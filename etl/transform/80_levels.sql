-- At which map levels and in which countries an indicator has figures, from the coverage.
update indicator set levels = found.levels, countries = found.countries
from (
  select indicator,
         list_sort(list(distinct country)) as countries,
         list_filter(['country', 'land', 'nuts2', 'nuts3'], lambda level: list_contains(list(distinct coverage.level), level)) as levels
  from coverage group by indicator
) found
where found.indicator = indicator.id;
