select s.id, s.publisher, s.title_de, s.title_fr, s.title_en, s.licence, s.licence_url, s.credit, s.url, s.citation,
       s.rhythm, s.vintage, s.retrieved, s.redistribute,
       (select count(*) from observation o where o.source = s.id) as observations,
       (select list(d.sha256 order by d.sha256) from delivery d where d.source = s.id) as deliveries
from source s order by s.id
