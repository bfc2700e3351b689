-- A row of the ledger names a programme, organisation, claim or partnership that is not there. Remedy: add it to data/ledger, or mend the id.
select 'claim' as "table", id, programme as missing from claim anti join programme p on p.id = programme
union all
select 'claim', c.id, c.part_of from claim c anti join claim w on w.id = c.part_of where c.part_of <> ''
union all
select 'membership', m.programme, m.organisation from membership m
  where m.programme not in (select id from programme) or m.organisation not in (select id from organisation)
union all
select 'location', city, programme || organisation from location
  where programme || organisation not in (select id from programme union select id from organisation)
union all
select 'partnership_member', m.partnership, m.organisation from partnership_member m
  where m.partnership not in (select id from partnership) or m.organisation not in (select id from organisation)
union all
select 'programme', p.id, p.parent from programme p anti join programme o on o.id = p.parent where p.parent <> ''
order by all;
