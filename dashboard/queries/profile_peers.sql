-- For each indicator, in the latest period of one region: the median of the regions it is compared with ($kin; values
-- suspected to be artefacts left out), how many have a value, and the figures of a few of them ($alike).
with mine as (
  select indicator, max(period) as period from observation
  where region = $region and member = '' and value is not null group by indicator
), beside as (
  select o.indicator, o.region, o.period, o.status, o.ci_low, o.ci_high,
         round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value
  from observation o join mine using (indicator, period) join indicator i on i.id = o.indicator
  where o.member = '' and o.value is not null and list_contains($kin, o.region)
)
select indicator, median(value) filter (where status <> 'a') as middle,
       count(*) filter (where status <> 'a') as of,
       list(struct_pack(region := region, period := period, value := value, status := status, ci_low := ci_low,
            ci_high := ci_high)
            order by list_position($alike, region)) filter (where list_contains($alike, region)) as alike
from beside group by indicator order by indicator
