-- Undated statements first, then in the order they were made.
select * from claim order by programme, stated_on, id
