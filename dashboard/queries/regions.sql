select code, level, adm, parent, land, country, name, name_de, name_fr, name_en, kind, ags, insee_reg, insee_dep, iso,
       overseas, area_km2, x, y
from region order by code
