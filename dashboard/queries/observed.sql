select indicator, region, period, dimension, member, value, status from observation
where indicator in (select unnest($indicators))
