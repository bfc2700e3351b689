-- A figure has a status that is not one of the atlas, no value and no status, or a value although its status says there is none. Remedy: see model.Status.
select f.indicator, f.region, f.period, f.member, f.value, f.status, d.file
from figure f left join delivery d on d.sha256 = f.delivery
where f.status not in ('', 'b', 'e', 'p', 'u', 'c', 'm', 'z', 'a')
   or (f.value is null and f.status = '')
   or (f.value is not null and f.status in ('c', 'm', 'z'))
order by all;
