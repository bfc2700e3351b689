select * from coverage order by indicator, country, level
