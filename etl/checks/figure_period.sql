-- A period is not written 2024, 2024-Q2 or 2024-06. Remedy: write it so in the source's module.
select f.indicator, f.region, f.period, d.source, d.file
from figure f left join delivery d on d.sha256 = f.delivery
where not regexp_full_match(f.period, '(19|20)\d\d(-Q[1-4]|-(0[1-9]|1[0-2]))?')
order by all;
