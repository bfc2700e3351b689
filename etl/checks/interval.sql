-- A confidence interval does not hold its value, or leaves 0–100. Remedy: an error in etl/transform/30_observation.sql.
select indicator, region, period, member, value, ci_low, ci_high, n
from observation
where (ci_low is null) <> (ci_high is null)
   or (ci_low is not null and (value is null or ci_low > value or value > ci_high or ci_low < 0 or ci_high > 100))
order by all;
