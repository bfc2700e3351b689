-- Value minus the national value of the same country, period and breakdown, for the indicators at depth $depth.
-- The country itself has no row: its gap to itself says nothing.
insert into figure
with pair as (
  select i.id as indicator, v.level, v.region, v.period, v.dimension, v.member,
         v.value, v.status, v.reason, v.n, v.source, v.delivery,
         c.value as c_value, coalesce(c.status, 'm') as c_status, coalesce(c.reason, '') as c_reason
  from indicator i
  join depth on depth.indicator = i.id and depth.depth = $depth
  join figure v on v.indicator = i.derive_of
  join region r on r.code = v.region and r.level > 0
  left join figure c
    on c.indicator = v.indicator and c.region = r.country and c.period = v.period
    and c.dimension = v.dimension and c.member = v.member
  where i.derive_kind = 'gap'
), judged as (
  select *,
    case when value is null then status when c_value is null then c_status else worse(status, c_status) end as flag
  from pair
)
select indicator, level, region, period, dimension, member, value - c_value, flag,
       case when value is null then reason
            when c_value is null then c_reason
            else coalesce(if(flag = status, nullif(reason, ''), null), if(flag = c_status, nullif(c_reason, ''), null), reason)
       end,
       n, source, delivery
from judged;
