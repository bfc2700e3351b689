-- The nearest regions across the border, nearest first, each with the shared features, those that are most alike first.
select t.level, t.twin, t.place, t.distance, t.shared, r.feature, r.period, r.value, r.twin_value, r.gap,
       f.indicator, f.per_area
from twin t
join twin_reason r on r.level = t.level and r.region = t.region and r.twin = t.twin
join twin_feature f on f.id = r.feature
where t.region = $region
order by t.level, t.place, abs(r.gap), f.position
