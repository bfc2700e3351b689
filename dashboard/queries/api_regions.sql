-- Regions; levels are the map levels that show them.
select g.code, g.adm as level, g.level as nuts_level, g.parent, g.land, g.country, g.name, g.name_de, g.name_fr,
       g.name_en, g.kind, g.ags, g.insee_reg, g.insee_dep, g.iso, g.overseas, g.area_km2,
       coalesce((select list(u.level order by u.level) from map_unit u where u.code = g.code), []) as levels
from region g order by g.code
