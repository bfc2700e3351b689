select code, neighbour from neighbour order by code, neighbour
