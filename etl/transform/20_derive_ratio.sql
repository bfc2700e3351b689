-- of ÷ by × factor, for the indicators at depth $depth. A breakdown of the numerator is kept; the denominator is that
-- of the same breakdown where it has one, else its total. A yearly denominator may be up to lag_years older: status e.
-- No value: the numerator's own status, else the denominator's (m where it has no row), z where it is zero.
-- Periods for which nobody has a denominator do not exist for the ratio: there is nothing to be missing.
-- n becomes the denominator where shares are later to be weighted by it.
insert into figure
with numerator as (
  select i.id as indicator, i.derive_by as by_indicator, i.derive_factor as factor, i.aggregation, i.derive_lag_years,
         n.level, n.region, n.period, cast(n.period[1:4] as integer) as year, n.dimension, n.member,
         n.value, n.status, n.reason, n.source, n.delivery
  from indicator i
  join depth on depth.indicator = i.id and depth.depth = $depth
  join figure n on n.indicator = i.derive_of
  where i.derive_kind = 'ratio'
), denominator as (
  select b.*, cast(b.period[1:4] as integer) as year from figure b
  where b.indicator in (select by_indicator from numerator)
), found as (
  -- One equality per allowed age instead of a range, which would make DuckDB compare all pairs.
  select n.indicator, n.region, n.period, n.dimension, n.member,
         b.value as b_value, b.status as b_status, b.reason as b_reason, b.year < n.year as older
  from (select *, unnest(range(derive_lag_years + 1)) as age from numerator) n
  join denominator b on b.indicator = n.by_indicator and b.region = n.region and b.year = n.year - n.age
  where (b.dimension = '' or (b.dimension = n.dimension and b.member = n.member))
    and (b.period = n.period or length(b.period) = 4)
  qualify row_number() over (
    partition by n.indicator, n.region, n.period, n.dimension, n.member
    order by b.value is null, b.period = n.period desc, b.period desc, b.dimension = n.dimension desc) = 1
), pair as (
  select n.*, f.b_value, coalesce(f.b_status, 'm') as b_status, coalesce(f.b_reason, '') as b_reason,
         coalesce(f.older, false) as older
  from numerator n left join found f using (indicator, region, period, dimension, member)
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
