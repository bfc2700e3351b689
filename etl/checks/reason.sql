-- A reason has no sentence in one of the languages. Remedy: add it to [words.*.reasons] of the indicator's file.
select o.indicator, o.reason, w.lang, count(*) as observations
from observation o join indicator_words w on w.indicator = o.indicator
where o.reason <> '' and not map_contains(w.reasons, o.reason)
group by o.indicator, o.reason, w.lang
order by all;
