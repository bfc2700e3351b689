-- The figures of which those of a territory are put together, for some indicators, all periods: of each of its members
-- ($members) the member's own, or, where the indicator has none there, those of all its parts at the coarsest level
-- that has them all. `whole`: no part is missing and none is without a value. part_of: the member.
with part as (
  select m.code as part_of, r.code as region, r.level
  from (select unnest($members) as code) m join region r on starts_with(r.code, m.code)
), expected as (
  select part_of, level, count(*) as regions from part group by all
), figure as (
  select o.indicator, o.dimension, o.member, o.period, p.part_of, o.region, o.level, o.value, o.status, o.reason, o.n,
         o.ci_low, o.ci_high
  from observation o join part p on p.region = o.region
  where list_contains($indicators, o.indicator)
), covered as (
  select f.indicator, f.member, f.period, f.part_of, f.level, count(f.value) = any_value(e.regions) as whole
  from figure f join expected e using (part_of, level)
  group by all
), chosen as (
  select indicator, member, period, part_of, coalesce(min(level) filter (whole), min(level)) as level,
         bool_or(whole) as whole
  from covered group by all
)
select f.*, c.whole
from figure f join chosen c using (indicator, member, period, part_of, level)
order by f.indicator, f.member, f.period, f.part_of, f.region
