-- The figures of one indicator and period inside a region: of the units of one map level whose code begins with its own.
select o.region, o.period, round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value, o.status
from map_unit u
join observation o on o.region = u.code
join indicator i on i.id = o.indicator
where u.level = $level and o.indicator = $indicator and o.period = $period and o.member = '' and o.value is not null
  and starts_with(o.region, $region) and o.region <> $region
order by o.value desc, o.region
