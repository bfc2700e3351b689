-- Latest number of inhabitants of every region: what the indicators per inhabitant divide by.
select o.indicator, o.region, o.period, o.value, o.status
from observation o
where o.indicator in (select derive_by from indicator where unit like '%per_inhabitant') and o.member = ''
  and o.value is not null
qualify row_number() over (partition by o.region order by o.period desc) = 1
order by o.region
