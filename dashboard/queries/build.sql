select id, content, audience, (select count(*) from observation) as observations from build
