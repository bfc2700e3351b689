-- Cities and communes by which readers find a region.
select region, name, name_de, name_fr, name_en, code from place order by region, name
