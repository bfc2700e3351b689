-- Two observations have the same key, or one is not at its region's level. Remedy: an error in etl/transform.
select o.indicator, o.region, o.period, o.dimension, o.member, count(*) as times
from observation o left join region r on r.code = o.region
group by o.indicator, o.region, o.period, o.dimension, o.member
having count(*) > 1 or bool_or(r.level is distinct from o.level)
order by all;
