select s.*, (select count(*) from observation o where o.source = s.id) as observations from source s order by s.id
