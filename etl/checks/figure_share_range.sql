-- A share is below 0 or above 100. Remedy: a swapped unit or a broken cell; look at the delivered file, fetch it again.
select f.indicator, f.region, f.period, f.member, f.value, d.source, d.file
from figure f
join indicator i on i.id = f.indicator and i.unit = 'pct' and i.kind = 'rate'
left join delivery d on d.sha256 = f.delivery
where f.value < 0 or f.value > 100
order by all;
