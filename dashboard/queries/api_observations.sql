-- One page of observations in the order of the table, after the row named by $after_…; empty lists and texts do not
-- filter. Each with its range of ranks at the level asked for, else at that of its region. Values as they are published
-- (slice.sql); _nuts is part of the key and is not sent.
with page as materialized (
  select o.*
  from observation o
  where o.indicator between $first_indicator and $last_indicator
    and o.indicator >= $after_indicator
    and (o.indicator, o.level, o.period, o.dimension, o.member, o.region)
        > ($after_indicator, $after_level::tinyint, $after_period, $after_dimension, $after_member, $after_region)
    and list_contains($indicators::varchar[], o.indicator)
    and (len($regions::varchar[]) = 0 or list_contains($regions::varchar[], o.region))
    and (not $inside or list_contains($within::varchar[], o.region))
    and ($level = '' or o.region in (select u.code from map_unit u where u.level = $level))
    and ($country = '' or starts_with(o.region, $country))
    and (len($periods::varchar[]) = 0 or list_contains($periods::varchar[], o.period))
    and ($since = '' or o.period >= $since)
    and ($until = '' or left(o.period, length($until)) <= $until)
    and (len($members::varchar[]) = 0 or list_contains($members::varchar[], o.member))
  order by o.indicator, o.level, o.period, o.dimension, o.member, o.region
  limit $rows
),
ranked as (
  select * from ranking where indicator between (select min(indicator) from page) and (select max(indicator) from page)
)
select p.indicator, p.region, coalesce(nullif($level, ''), g.adm) as level, p.period, p.dimension, p.member,
       round(p.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value, i.unit, p.status, p.reason,
       p.n, p.ci_low, p.ci_high, r.rank, r.rank_low, r.rank_high, r.of, p.source, p.delivery, p.level as _nuts
from page p
join indicator i on i.id = p.indicator
join region g on g.code = p.region
left join ranked r on r.indicator = p.indicator and r.level = coalesce(nullif($level, ''), g.adm)
     and r.region = p.region and r.period = p.period and r.dimension = p.dimension and r.member = p.member
order by p.indicator, p.level, p.period, p.dimension, p.member, p.region
