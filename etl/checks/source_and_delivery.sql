-- An observation does not join to its source and to the file it was taken from. Remedy: ship the source's figures again.
select o.indicator, o.source, o.delivery, count(*) as observations
from observation o
where o.source not in (select id from source) or o.delivery not in (select sha256 from delivery)
group by o.indicator, o.source, o.delivery
order by all;
