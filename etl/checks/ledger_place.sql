-- A place of the ledger is no region of NUTS 3, or a programme leads to no region. Remedy: mend nuts3 in data/ledger/location.csv or regions in programme.csv.
select 'location' as "table", l.programme || l.organisation as id, l.nuts3 as region
from location l anti join region r on r.code = l.nuts3 and r.level = 3
union all
select 'programme', p.id, list_aggregate(p.regions, 'string_agg', '|')
from programme p anti join programme_region o on o.programme = p.id and o.footprint
where p.scope <> 'eu'
order by all;
