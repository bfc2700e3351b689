-- Change against `lag` periods before (years for yearly figures), for the indicators at depth $depth: the difference,
-- or per cent of the earlier value. A break (b) between the two, the later included, marks the change; a break at the
-- earlier one does not. Periods without an earlier one have no row: there is nothing to be missing.
insert into figure
with pair as (
  select i.id as indicator, i.derive_kind as kind, l.level, l.region, l.period, l.dimension, l.member,
         l.value, l.status, l.reason, l.n, l.source, l.delivery, e.value as e_value,
         if(e.value is not null and e.status = 'b', '', e.status) as e_status, e.reason as e_reason,
         exists (
           from figure x
           where x.indicator = l.indicator and x.region = l.region and x.dimension = l.dimension
             and x.member = l.member and rhythm(x.period) = rhythm(l.period) and x.status = 'b'
             and x.period < l.period and x.period > e.period) as broken
  from indicator i
  join depth on depth.indicator = i.id and depth.depth = $depth
  join figure l on l.indicator = i.derive_of
  join figure e
    on e.indicator = l.indicator and e.region = l.region and e.dimension = l.dimension and e.member = l.member
    and rhythm(e.period) = rhythm(l.period) and tick(e.period) = tick(l.period) - i.derive_lag
  where i.derive_kind in ('change', 'change_pct')
), judged as (
  select *,
    case when value is null then status
         when e_value is null then e_status
         when kind = 'change_pct' and e_value = 0 then 'z'
         else worse(worse(status, e_status), if(broken, 'b', '')) end as flag
  from pair
)
select indicator, level, region, period, dimension, member,
       case when kind = 'change' then value - e_value
            when e_value <> 0 then 100 * (value - e_value) / abs(e_value) end,
       flag,
       case when value is null then reason
            when e_value is null then e_reason
            when flag = 'z' then 'denominator_zero'
            else coalesce(if(flag = status, nullif(reason, ''), null), if(flag = e_status, nullif(e_reason, ''), null), reason)
       end,
       n, source, delivery
from judged;
