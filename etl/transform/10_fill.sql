-- A unit without a row, where its country has figures at that map level, for that period and breakdown, gets a row
-- without a value, status m: absent from the delivery is "not collected", never 0 and never invisible.
insert into figure
with shown as (
  select f.indicator, u.country, u.level, f.period, f.dimension, f.member,
         min(f.source) as source, min(f.delivery) as delivery
  from figure f join sure_unit u on u.code = f.region
  group by all
)
select s.indicator, any_value(r.level), u.code, s.period, s.dimension, s.member,
       null, 'm', '', null, min(s.source), min(s.delivery)
from shown s
join map_unit u on u.country = s.country and u.level = s.level
join region r on r.code = u.code
where not exists (
  from figure f
  where f.indicator = s.indicator and f.region = u.code and f.period = s.period
    and f.dimension = s.dimension and f.member = s.member
)
group by s.indicator, u.code, s.period, s.dimension, s.member;
