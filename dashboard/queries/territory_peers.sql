-- The units of one country and map level, for one period of each of some indicators ($indicators and $periods belong
-- together): what a territory's figure is ranked among. Values as they are published (slice.sql).
with asked as (
  select unnest($indicators) as indicator, unnest($periods) as period
)
select o.indicator, o.region, o.status, o.ci_low, o.ci_high,
       round(o.value, if(i."interval" <> '', greatest(2, i.decimals), i.decimals)) as value
from asked a
join observation o on o.indicator = a.indicator and o.period = a.period and o.member = ''
join indicator i on i.id = o.indicator
join map_unit u on u.code = o.region and u.level = $level and u.country = $country
where o.value is not null
order by o.indicator, o.region
