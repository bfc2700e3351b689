select * from progress order by programme, measure, kind, unit
