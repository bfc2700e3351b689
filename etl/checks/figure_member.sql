-- A figure's breakdown is not the indicator's, or its member has no words in one of the languages. Remedy: add it to [words.*.members] of the indicator's file.
select f.indicator, f.dimension, f.member, count(*) as figures
from figure f
join indicator i on i.id = f.indicator
where f.dimension <> i.dimension
   or (f.dimension = '') <> (f.member = '')
   or (f.member <> '' and 3 > (
        select count(*) from member_words w where w.indicator = f.indicator and w.member = f.member))
group by f.indicator, f.dimension, f.member
order by all;
