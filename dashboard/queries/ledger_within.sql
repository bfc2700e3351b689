-- Every programme that touches some of the regions $codes (or what lies in them), or belongs to an area above one.
with recursive wanted as (
  select distinct unnest($codes::varchar[]) as code
),
above as (
  select w.code as start, r.parent as code from wanted w join region r on r.code = w.code where r.parent is not null
  union all
  select a.start, r.parent from above a join region r on r.code = a.code where r.parent is not null
),
here as (
  select programme, count(distinct via) filter (footprint) as parts,
         list(distinct struct_pack(via := via, place := place)) as places
  from programme_region where region in (select code from wanted) group by programme
),
whole as (
  select programme, count(distinct via) as parts from programme_region where footprint group by programme
),
over_it as (
  select distinct programme from programme_region
  where footprint and region = via and via in (select code from above) and via not in (select code from wanted)
)
select coalesce(h.programme, o.programme) as programme,
       case when h.parts > 0 and h.parts = w.parts then 'inside' when h.programme is not null then 'across' else 'over' end
         as relation,
       coalesce(list_sort(h.places), []) as places
from here h full join over_it o on o.programme = h.programme
left join whole w on w.programme = coalesce(h.programme, o.programme)
order by list_position(['inside', 'across', 'over'], relation), programme
