-- What there is. First and last period are those with at least one value, so that no picker opens on an empty map.
insert into coverage
select s.indicator, s.country, s.level,
       coalesce(min(s.period) filter (s.value is not null), min(s.period)),
       coalesce(max(s.period) filter (s.value is not null), max(s.period)),
       coalesce(nullif(count(distinct s.period) filter (s.value is not null), 0), count(distinct s.period)),
       count(distinct s.region) filter (s.value is not null),
       any_value(u.units),
       count(s.value), count(*) - count(s.value)
from shown s
join (select level, country, count(*) as units from map_unit group by all) u
  on u.level = s.level and u.country = s.country
group by s.indicator, s.country, s.level
order by all;
