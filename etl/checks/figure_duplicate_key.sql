-- Two figures have the same indicator, region, period and breakdown. Remedy: find out which one is right; the order of rows must not decide.
select indicator, region, period, dimension, member, count(*) as times
from figure group by all having count(*) > 1
order by all;
