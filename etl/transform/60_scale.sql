-- One scale per indicator and breakdown, for all levels and periods, so that a colour means the same while drilling and
-- playing. Both countries share it (country '') only where the verdict lets them. Suspected artefacts have no say.
--   rate, index          five inner limits: the sixths of the latest period at the finest map level with 12 units or
--                        more, else of all periods at the finest level there is
--   change, gap          -b, -a, 0, a, b with the thirds of the absolute values: both sides alike around 0
--   count, amount        one number, the largest absolute value over all periods at land level (else the coarsest finer
--                        level, else the country): the value of the largest circle
-- Where the lowest value alone fills a sixth (many regions with none), the sixths are those of the values above it.
-- Limits are rounded to two significant digits, of themselves or of what they span where that is finer (values between
-- 101 and 118 need units, not tens). Limits that then coincide, or leave an outer class empty, go.
create temp macro nice(x, span) as
  if(x = 0, 0, round(x, 1 - cast(floor(log10(if(span > 0, least(abs(x), span), abs(x)))) as integer)));

insert into scale
with candidate as (
  select s.indicator, s.dimension, s.member, i.kind,
         if(i.verdict in ('same', 'single'), '', s.country) as country,
         coalesce(i.derive_kind, '') in ('change', 'change_pct', 'gap') as two_sided,
         s.level, s.period, s.value,
         list_position(['country', 'land', 'nuts2', 'nuts3'], s.level) as fineness,
         list_position(['land', 'nuts2', 'nuts3', 'country'], s.level) as by_land
  from shown s join indicator i on i.id = s.indicator
  where s.value is not null and s.status <> 'a'
), latest as (
  select * from candidate
  qualify period = max(period) over (partition by indicator, dimension, member, country, level)
), enough as (
  select * from latest qualify count(*) over (partition by indicator, dimension, member, country, level) >= 12
), basis as (
  select * from enough qualify fineness = max(fineness) over (partition by indicator, dimension, member, country)
  union all
  select * from candidate c
  where not exists (from enough e where e.indicator = c.indicator and e.dimension = c.dimension
                    and e.member = c.member and e.country = c.country)
  qualify fineness = max(fineness) over (partition by indicator, dimension, member, country)
), heap as (
  select *, min(value) over same as least, quantile_cont(value, 1/6) over same as sixth
  from basis where kind in ('rate', 'index')
  window same as (partition by indicator, dimension, member, country)
), cut as (
  select indicator, dimension, member, country, bool_or(two_sided) as two_sided, min(least) as least, max(value) as most,
         if(bool_or(two_sided),
            quantile_cont(abs(value), [1/3, 2/3]),
            quantile_cont(value, [1/6, 2/6, 3/6, 4/6, 5/6])) as cuts
  from heap where two_sided or least < sixth or value > least
  group by all
), class as (
  select indicator, dimension, member, country,
    if(two_sided,
       list_sort(list_distinct(flatten([[-nice(x, 0), 0, nice(x, 0)] for x in cuts]))),
       list_sort(list_distinct([nice(x, cuts[-1] - cuts[1]) for x in cuts
                                if nice(x, cuts[-1] - cuts[1]) > least and nice(x, cuts[-1] - cuts[1]) <= most]))) as limits
  from cut
), circle as (
  select indicator, dimension, member, country, max(abs(value)) as most from (
    select * from candidate where kind in ('count', 'amount')
    qualify by_land = min(by_land) over (partition by indicator, dimension, member, country))
  group by all
)
select indicator, dimension, member, country, limits from class
union all
select indicator, dimension, member, country, [most] from circle where most > 0
order by all;
