select * from partnership order by since, id
