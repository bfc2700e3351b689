-- Rank 1 is the highest value, whatever direction is better; ties share a rank. Every unit with a value is ranked, also
-- one with a flag (the flag is drawn beside it). rank_low: one more than the units surely above (their lower limit
-- above this one's upper); rank_high: how many may be at or above. Without limits a value is its own limit, so ties
-- span their places. What is written alike is a tie: values are ranked at the indicator's decimals, shares with limits
-- at two. The country level has one unit per country and no ranking.
insert into ranking
with written as (
  select s.* replace (round(s.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value)
  from shown s join indicator i on i.id = s.indicator
  where s.value is not null and s.level <> 'country'
), unit as (
  select indicator, position, level, country, region, period, dimension, member, value,
         coalesce(ci_low, value) as low, coalesce(ci_high, value) as high
  from written
), mark as (
  -- Both limits of every unit on one axis, so that counting what lies beyond is one pass and not a join with itself.
  select * exclude (low, high), low as point, 1 as is_low from unit
  union all
  select * exclude (low, high), high, 0 from unit
), beyond as (
  select *,
    sum(is_low) over above as lows_at_or_above,
    sum(is_low) over same as lows_here,
    sum(1 - is_low) over above as highs_at_or_above
  from mark
  window
    above as (partition by indicator, level, country, period, dimension, member order by point desc
              range between unbounded preceding and current row),
    same as (partition by indicator, level, country, period, dimension, member, point)
), bounds as (
  select indicator, level, region, period, dimension, member,
         max(if(is_low = 0, 1 + lows_at_or_above - lows_here, null)) as rank_low,
         max(if(is_low = 1, highs_at_or_above, null)) as rank_high
  from beyond group by all
)
select u.indicator, u.level, u.region, u.period, u.dimension, u.member,
       rank() over (partition by u.indicator, u.level, u.country, u.period, u.dimension, u.member order by u.value desc),
       b.rank_low, b.rank_high,
       count(*) over (partition by u.indicator, u.level, u.country, u.period, u.dimension, u.member), u.position
from unit u join bounds b using (indicator, level, region, period, dimension, member)
order by u.indicator, u.level, u.period, u.dimension, u.member, u.region;
