select * from programme order by id
