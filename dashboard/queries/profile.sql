-- All figures of one region with its place at one map level, and beside each the country's (c_…). Of a breakdown only
-- the latest period of each indicator. Values as they are published (slice.sql).
with mine as (
  select o.*, if(i."interval" <> '', greatest(2, i.decimals), i.decimals) as digits,
         max(o.period) filter (where o.value is not null) over (partition by o.indicator) as latest
  from observation o join indicator i on i.id = o.indicator
  where o.region = $region
), place as (
  select * from ranking where region = $region and level = $level
), nation as (
  select * from observation where region = $country and level = 0
)
select o.indicator, o.member, o.region, o.period, round(o.value, o.digits) as value, o.status, o.reason, o.n,
       o.ci_low, o.ci_high, r.rank, r.rank_low, r.rank_high, r.of, o.source, o.period = o.latest as is_latest,
       round(c.value, o.digits) as c_value, c.status as c_status, c.ci_low as c_ci_low, c.ci_high as c_ci_high
from mine o
left join place r using (indicator, period, dimension, member)
left join nation c using (indicator, period, dimension, member)
where o.member = '' or o.period = o.latest
order by o.indicator, o.member, o.period
