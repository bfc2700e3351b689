select * from partnership_member order by partnership, organisation
