-- An indicator lacks its words in one of the three languages, or has no figure at all. Remedy: complete its file in etl/indicators, or ship its source.
select i.id as indicator,
       (select count(*) from indicator_words w where w.indicator = i.id) as languages,
       (select count(*) from observation o where o.indicator = i.id and o.value is not null) as figures
from indicator i
where languages <> 3 or figures = 0
order by all;
