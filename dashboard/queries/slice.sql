-- All periods of one indicator (one member) for the units of one map level, with ranges of rank. Values as they are
-- published: to the indicator's decimals, shares with intervals to two (dashboard/slices.py sends them so).
-- The position stands for the indicator where the big tables are looked at: parts without it are passed over.
select o.region, o.period, round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value,
       o.status, o.reason, o.n, o.ci_low, o.ci_high, r.rank, r.rank_low, r.rank_high, r.of, o.source, o.delivery
from indicator i
join observation o on o.position = i.position
join map_unit u on u.code = o.region
left join ranking r on r.position = i.position and r.level = u.level and r.region = o.region
     and r.period = o.period and r.dimension = o.dimension and r.member = o.member
where i.id = $indicator and u.level = $level and o.member = $member
order by o.region, o.period
