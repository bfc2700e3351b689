-- Organisations with a seat in the regions $codes or what lies in them.
with recursive inside as (
  select unnest($codes::varchar[]) as code
  union
  select r.code from inside i join region r on r.parent = i.code
)
select distinct organisation from location
where organisation <> '' and nuts3 in (select code from inside)
order by organisation
