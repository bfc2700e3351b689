select id, content, (select count(*) from observation) as observations from build
