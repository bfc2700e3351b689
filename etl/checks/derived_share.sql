-- A derived share is below 0 or above 100, or a value is not finite. Remedy: numerator and denominator do not belong together; see the indicator's [derive].
select o.indicator, o.region, o.period, o.member, o.value
from observation o join indicator i on i.id = o.indicator
where not isfinite(o.value)
   or (i.derive_kind = 'ratio' and i.unit = 'pct' and i.kind = 'rate' and (o.value < 0 or o.value > 100))
order by all;
