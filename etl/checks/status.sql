-- An observation has no value and no status, or a value although its status says there is none. Remedy: an error in etl/transform.
select indicator, region, period, dimension, member, value, status
from observation
where (value is null and status = '') or (value is not null and status in ('c', 'm', 'z'))
order by all;
