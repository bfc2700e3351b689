-- All named territories of the build.
select * from territory order by id
