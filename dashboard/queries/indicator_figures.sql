-- All figures of one indicator: every map level, region, period and member of its breakdown, with ranges of rank.
-- Values as they are published (slice.sql).
select u.level, o.region, o.period, o.member,
       round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value,
       o.status, o.reason, o.n, o.ci_low, o.ci_high, r.rank, r.rank_low, r.rank_high, r.of
from map_unit u
join observation o on o.region = u.code
join indicator i on i.id = o.indicator and list_contains(i.levels, u.level)
left join ranking r on r.indicator = o.indicator and r.level = u.level and r.region = o.region
     and r.period = o.period and r.dimension = o.dimension and r.member = o.member
where o.indicator = $indicator
order by list_position(['country', 'land', 'nuts2', 'nuts3'], u.level), o.member, o.region, o.period
