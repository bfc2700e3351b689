-- The languages the catalogue's authors wrote.
select distinct lang from indicator_words order by lang
