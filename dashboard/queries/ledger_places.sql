-- Places of programmes and seats of organisations; what was read before what is from memory.
select * from location order by programme, organisation, basis = 'memory', city
