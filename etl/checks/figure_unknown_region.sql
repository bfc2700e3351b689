-- A figure stands at a code that is not a NUTS 2024 region of the atlas. Remedy: resolve codes with etl/codes.py in the source's module.
select f.indicator, f.region, f.period, d.source, d.file
from figure f left join delivery d on d.sha256 = f.delivery
where f.region not in (select code from region)
order by all;
