-- The published table, with 95 % confidence limits by Wilson's score interval where an indicator is a share of n
-- (Wilson 1927; it stays inside 0–100 and works near 0, where most of these shares lie). The share is taken to two
-- decimals, as the dashboard sends it to browsers, so that limits and ranks worked out there are the same.
-- The order is what makes a slice cost the same at any size.
insert into observation
with constant as (
  select 1.959964 as z  -- 97.5 % quantile of the normal distribution
), share as (
  select f.*, i.position, i."interval" = 'wilson' and f.n > 0 and f.value between 0 and 100 as limited,
         round(f.value, 2) / 100 as p, z, z * z / f.n as z2n
  from figure f join indicator i on i.id = f.indicator cross join constant
), wilson as (
  select *,
         100 * (p + z2n / 2) / (1 + z2n) as centre,
         if(limited, 100 * z / (1 + z2n) * sqrt(greatest(p * (1 - p) / n + z2n / (4 * n), 0)), null) as half
  from share
)
select indicator, level, region, period, dimension, member, value, status, reason, n,
       -- At 0 and 100 the interval ends exactly there; the formula's rounding must not put it beside the value.
       if(limited, least(greatest(centre - half, 0), value), null),
       if(limited, greatest(least(centre + half, 100), value), null),
       source, delivery, position
from wilson
order by indicator, level, period, dimension, member, region;

-- At which map levels a country has figures, per period and breakdown; what maps, rankings and coverage go by.
create temp table slice as
  select distinct o.indicator, u.country, u.level, o.period, o.dimension, o.member
  from observation o join sure_unit u on u.code = o.region;
create temp table shown as
  select s.*, o.position, o.region, o.value, o.status, o.ci_low, o.ci_high
  from slice s
  join map_unit u on u.country = s.country and u.level = s.level
  join observation o on o.indicator = s.indicator and o.region = u.code and o.period = s.period
    and o.dimension = s.dimension and o.member = s.member;
