-- Who carries a programme comes first.
select * from membership
order by programme, list_position(['lead', 'partner', 'funder', 'host', 'jury', 'participant', 'source'], role), organisation
