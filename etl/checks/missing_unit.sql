-- A country has figures at a map level, but one of its Länder, régions or other units there has no row, not even an empty one. Remedy: an error in etl/transform/10_fill.sql.
with sure as (
  select code, any_value(level) as level, any_value(country) as country from map_unit group by code having count(*) = 1
), slice as (
  select distinct o.indicator, s.country, s.level, o.period, o.dimension, o.member
  from observation o join sure s on s.code = o.region
  join indicator i on i.id = o.indicator
)
select s.indicator, s.level, u.code as region, s.period, s.dimension, s.member
from slice s join map_unit u on u.level = s.level and u.country = s.country
where not exists (
  from observation o
  where o.indicator = s.indicator and o.region = u.code and o.period = s.period
    and o.dimension = s.dimension and o.member = s.member)
order by all;
