-- Statistical twins: for each region of a map level the nearest ones across the border. The distance of two regions is
-- the root of the mean of the squared differences of their standardised features: 0 where they are alike in all, 1 where
-- they are one standard deviation apart in each. Features are those of twin_feature; a feature has one period per level,
-- the latest in which at least half of the units of each country have a value. Unreliable figures and suspected artefacts
-- do not count as values. Rounded, so that the order in which a sum is formed cannot show.
create temp table twin_value as
with unit as (
  select u.level, u.country, u.code, count(*) over (partition by u.level, u.country) as units
  from map_unit u where u.level <> 'country'
), given as (
  select u.level, u.country, u.units, u.code as region, f.id as feature, f.scale, o.period,
         if(f.per_area, o.value / r.area_km2, o.value) as value
  from twin_feature f
  join observation o on o.indicator = f.indicator and o.member = ''
  join unit u on u.code = o.region
  join region r on r.code = o.region
  where o.value is not null and o.status not in ('a', 'u')
), scaled as (
  select *, case scale when 'log' then if(value > 0, ln(value), null)
                       when 'sqrt' then if(value >= 0, sqrt(value), null)
                       else value end as x
  from given
), filled as (
  select level, feature, period, country from scaled where x is not null
  group by level, feature, period, country having 2 * count(*) >= any_value(units)
), newest as (
  select level, feature, max(period) as period from (
    select level, feature, period from filled group by level, feature, period having count(*) = 2)
  group by level, feature
)
select s.level, s.country, s.region, s.feature, s.period, s.value,
       (x - avg(x) over same) / nullif(stddev_pop(x) over same, 0) as z
from scaled s join newest n using (level, feature, period)
where x is not null
window same as (partition by s.level, s.feature)
qualify z is not null;

insert into twin
with pair as (
  select a.level, a.region, b.region as twin, count(*) as shared, round(sqrt(avg((a.z - b.z) ** 2)), 6) as distance
  from twin_value a join twin_value b on b.level = a.level and b.feature = a.feature and b.country <> a.country
  group by a.level, a.region, b.region
  having count(*) >= (select max(least_shared) from twin_feature)
), placed as (
  select *, row_number() over (partition by level, region order by distance, twin) as place from pair
)
select level, region, twin, place, distance, shared from placed
where place <= (select max(places) from twin_feature)
order by level, region, place;

insert into twin_reason
select t.level, t.region, t.twin, a.feature, a.period, a.value, b.value, round(a.z - b.z, 6)
from twin t
join twin_value a on a.level = t.level and a.region = t.region
join twin_value b on b.level = t.level and b.region = t.twin and b.feature = a.feature
order by t.level, t.region, t.place, a.feature;
drop table twin_value;
