-- Which reasons occur in the figures of each indicator.
select distinct indicator, reason from observation where reason <> '' order by indicator, reason
