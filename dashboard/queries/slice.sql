-- All periods of one indicator (one member) for the units of one map level, with ranges of rank. Values as they are
-- published: to the indicator's decimals, shares with intervals to two (dashboard/slices.py sends them so).
select o.region, o.period, round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value,
       o.status, o.reason, o.n, o.ci_low, o.ci_high, r.rank, r.rank_low, r.rank_high, r.of, o.source, o.delivery
from map_unit u
join observation o on o.region = u.code
join indicator i on i.id = o.indicator
left join ranking r on r.indicator = o.indicator and r.level = u.level and r.region = o.region
     and r.period = o.period and r.dimension = o.dimension and r.member = o.member
where u.level = $level and o.indicator = $indicator and o.member = $member
order by o.region, o.period
