-- A promise or report in the summary is no claim's own figure: something was added up, lost or mixed. Remedy: mend etl/transform/90_ledger.sql; kinds and overlapping claims are never added.
select p.programme, p.measure, p.kind, p.unit, figure
from (select *, unnest([promised_min, promised_max, latest_min, latest_max, reported_min, reported_max]) as figure from progress) p
where figure is not null and not exists (
  from claim c where (c.programme, c.measure, c.kind, c.unit) = (p.programme, p.measure, p.kind, p.unit)
    and figure in (c.amount_min, c.amount_max))
union all
select c.programme, c.measure, c.kind, c.unit, null from claim c
  anti join progress p on (p.programme, p.measure, p.kind, p.unit) = (c.programme, c.measure, c.kind, c.unit)
order by all;
