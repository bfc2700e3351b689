-- of ÷ by × factor, for the indicators at depth $depth. A breakdown of the numerator is kept; the denominator is that
-- of the same breakdown where it has one, else its total. A yearly denominator may be up to lag_years older: status e.
-- No value: the numerator's own status, else the denominator's (m where it has no row), z where it is zero.
-- Periods for which nobody has a denominator do not exist for the ratio: there is nothing to be missing.
-- n becomes the denominator where shares are later to be weighted by it.
insert into figure
with pair as (
  select i.id as indicator, i.derive_factor as factor, i.aggregation,
         n.level, n.region, n.period, n.dimension, n.member, n.value, n.status, n.reason, n.source, n.delivery,
         b.value as b_value, coalesce(b.status, 'm') as b_status, coalesce(b.reason, '') as b_reason,
         b.period <> n.period and cast(b.period[1:4] as integer) < cast(n.period[1:4] as integer) as older
  from indicator i
  join depth on depth.indicator = i.id and depth.depth = $depth
  join figure n on n.indicator = i.derive_of
  left join figure b
    on b.indicator = i.derive_by and b.region = n.region
    and (b.dimension = '' or (b.dimension = n.dimension and b.member = n.member))
    and (b.period = n.period or (length(b.period) = 4
         and cast(n.period[1:4] as integer) - cast(b.period[1:4] as integer) between 0 and i.derive_lag_years))
  where i.derive_kind = 'ratio'
  qualify row_number() over (
    partition by i.id, n.region, n.period, n.dimension, n.member
    order by b.value is null, b.period = n.period desc, b.period desc, b.dimension = n.dimension desc) = 1
), judged as (
  select *,
    case when value is null then status
         when b_value is null then b_status
         when b_value = 0 then 'z'
         else worse(worse(status, b_status), if(older, 'e', '')) end as flag
  from pair
  qualify count(b_value) over (partition by indicator, period) > 0
)
select indicator, level, region, period, dimension, member,
       if(value is null or b_value is null or b_value = 0, null, value * factor / b_value), flag,
       case when value is null then reason
            when b_value is null then b_reason
            when b_value = 0 then 'denominator_zero'
            else coalesce(
              if(flag = status, nullif(reason, ''), null),
              if(flag = 'e' and older, 'denominator_year', null),
              if(flag = b_status, nullif(b_reason, ''), null),
              reason) end,
       if(aggregation = 'weighted', cast(round(b_value) as bigint), null),
       source, delivery
from judged;
