-- Partnerships with their members, each with the country of its organisation.
select p.id, p.name, p.name_de, p.name_fr, p.name_en, p.kind, p.event, p.programme, p.state, p.since,
       coalesce((select list(struct_pack(organisation := m.organisation, name := o.name, country := o.country,
                                         role := m.role, basis := m.basis) order by m.organisation)
                 from partnership_member m join organisation o on o.id = m.organisation where m.partnership = p.id), [])
         as members,
       p.source_url, p.note, p.note_de, p.note_fr, p.verified
from partnership p order by p.id
