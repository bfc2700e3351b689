-- What the ledger's rows say together: members of partnerships, regions touched, promise against report, events.
-- Nothing is summed: ranges over competing claims only.
insert into partnership_member by name
  select p.id as partnership, m.organisation, min(m.role) as role, min(m.basis) as basis
  from partnership p join membership m on m.programme = p.programme
  where p.programme <> '' and m.role <> 'funder' and m.role <> 'source'
  group by p.id, m.organisation
  order by all;

insert into programme_region
with recursive above as (
  select code, code as region from region
  union all
  select a.code, r.parent from above a join region r on r.code = a.region where r.parent is not null
),
places as (
  select distinct programme, nuts3 as via, role as place from location where programme <> ''
),
areas as (
  select id as programme, unnest(regions) as via from programme
),
-- An area in which a site or venue lies is told by these more exactly.
told as (
  select distinct p.programme, a.region
  from places p join above a on a.code = p.via where p.place in ('site', 'venue')
),
own as (
  select programme, via, place, place in ('site', 'venue') as footprint from places
  union
  select a.programme, a.via, 'area', t.region is null
  from areas a left join told t on t.programme = a.programme and t.region = a.via
  union
  select id, unnest(partner_regions), 'partner', false from programme
),
-- Where only seats are known, they say where it is.
placed as (
  select own.*, bool_or(footprint) over (partition by programme) as known from own
)
select p.programme, a.region, p.via, p.place, p.footprint or (not p.known and p.place = 'seat')
from placed p join above a on a.code = p.via
order by all;

create or replace temp table told_claim as
select c.programme, c.measure, c.kind, c.unit, c.state, c.stated_on, c.due_on, c.amount_min, c.amount_max,
       coalesce(c.amount_min, c.amount_max) as low, coalesce(c.amount_max, c.amount_min) as high,
       list_position(['announced', 'applied', 'granted', 'started', 'reported', 'verified'], c.state) as place,
       c.state in ('announced', 'applied', 'granted', 'started') as promise,
       c.state in ('reported', 'verified') as report
from claim c
left join claim w on w.id = c.part_of
     and (w.programme, w.measure, w.kind, w.unit) = (c.programme, c.measure, c.kind, c.unit)
where w.id is null;

insert into progress by name
with said as (
  select *, max(stated_on) filter (promise) over which as latest_on, max(stated_on) filter (report) over which as reported_on
  from told_claim
  window which as (partition by programme, measure, kind, unit)
)
select programme, measure, kind, unit,
       case when coalesce(max(stated_on) filter (state = 'cancelled'), '') >= max(stated_on) filter (state <> 'cancelled')
                 or bool_and(state = 'cancelled') then 'cancelled'
            else arg_max(state, place) end as state,
       count(*) filter (promise) as promises,
       min(low) filter (promise) as promised_min, max(high) filter (promise) as promised_max,
       coalesce(bool_or(amount_min is not null and amount_max is null) filter (promise), false) as promised_at_least,
       min(low) filter (promise and stated_on = latest_on) as latest_min,
       max(high) filter (promise and stated_on = latest_on) as latest_max,
       coalesce(any_value(latest_on), '') as latest_on,
       coalesce(arg_max(state, place) filter (promise and stated_on = latest_on), '') as latest_state,
       count(*) filter (report) as reports,
       min(low) filter (report and stated_on = reported_on) as reported_min,
       max(high) filter (report and stated_on = reported_on) as reported_max,
       coalesce(any_value(reported_on), '') as reported_on,
       coalesce(min(stated_on) filter (stated_on <> ''), '') as first_on, max(stated_on) as last_on,
       coalesce(arg_max(due_on, stated_on) filter (promise and due_on <> ''), '') as due_on,
       case length(arg_max(due_on, stated_on) filter (promise and due_on <> ''))
         when 4 then make_date(arg_max(due_on, stated_on) filter (promise and due_on <> '')::integer, 12, 31)
         when 7 then last_day((arg_max(due_on, stated_on) filter (promise and due_on <> '') || '-01')::date)
         when 10 then arg_max(due_on, stated_on) filter (promise and due_on <> '')::date
       end as due_by
from said
group by programme, measure, kind, unit
order by all;
drop table told_claim;

insert into event
select p.id, p.start, p."end", p.parent, c.amount_max, coalesce(c.id, ''),
       (select count(*) from partnership s where s.event = p.id)
from programme p
left join (select programme, arg_max(amount_max, stated_on) as amount_max, arg_max(id, stated_on) as id
           from claim where measure = 'partnerships' group by programme) c on c.programme = p.id
where p.kind = 'event'
order by all;
