select level, code, country from map_unit order by level, code
