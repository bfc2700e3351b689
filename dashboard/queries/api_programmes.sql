-- Programmes with the regions they are in, all regions above these included.
select p.id, p.name, p.name_de, p.name_fr, p.name_en, p.kind, p.family, p.status, p.start, p."end", p.parent, p.scope,
       p.regions, p.partner_regions,
       coalesce((select list(distinct r.region order by r.region) from programme_region r
                 where r.programme = p.id and r.footprint), []) as within,
       p.url, p.source_url, p.note, p.note_de, p.note_fr, p.audience, p.embargo_until
from programme p order by p.id
