select * from organisation order by id
