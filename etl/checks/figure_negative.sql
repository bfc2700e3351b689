-- A count, an amount or a base n is negative. Remedy: look at the delivered file, fetch it again.
select f.indicator, f.region, f.period, f.member, f.value, f.n, d.source, d.file
from figure f
join indicator i on i.id = f.indicator
left join delivery d on d.sha256 = f.delivery
where f.n < 0 or (f.value < 0 and i.kind in ('count', 'amount'))
order by all;
