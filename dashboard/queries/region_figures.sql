-- All figures without breakdown of one region, every indicator and period, with its range of rank at one map level.
-- Values as they are published (slice.sql).
select o.indicator, o.region, o.period,
       round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value,
       o.status, o.reason, o.n, o.ci_low, o.ci_high, r.rank, r.rank_low, r.rank_high, r.of
from observation o
join indicator i on i.id = o.indicator
left join ranking r on r.region = $region and r.level = $level and r.member = ''
     and r.indicator = o.indicator and r.period = o.period
where o.region = $region and o.member = ''
order by o.indicator, o.period
