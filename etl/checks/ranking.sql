-- A rank lies outside its own range or outside 1…of, or a unit with a value has no rank. Remedy: an error in etl/transform/50_ranking.sql.
select r.indicator, r.level, r.region, r.period, r.member, r.rank, r.rank_low, r.rank_high, r.of
from ranking r
where not (1 <= r.rank_low and r.rank_low <= r.rank and r.rank <= r.rank_high and r.rank_high <= r.of)
union all
select o.indicator, u.level, o.region, o.period, o.member, null, null, null, null
from observation o
join map_unit u on u.code = o.region and u.level <> 'country'
join coverage c on c.indicator = o.indicator and c.level = u.level and c.country = u.country
where o.value is not null and u.code not in ('FRY1', 'FRY2', 'FRY3', 'FRY4', 'FRY5')
  and not exists (
    from ranking r where r.indicator = o.indicator and r.level = u.level and r.region = o.region
      and r.period = o.period and r.dimension = o.dimension and r.member = o.member)
order by all;
