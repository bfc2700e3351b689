-- Every indicator with its words in one language, in picker order.
select i.*, w.title, w.short, w.unit as unit_words, w.definition, w.method, w.caveats, w.comparability,
       w.dimension as dimension_words, w.gaps, w.reasons
from indicator i join indicator_words w on w.indicator = i.id and w.lang = $lang
order by i."order", i.id
