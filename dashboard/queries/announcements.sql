select source, title_de, title_fr, title_en, available_from from announcement order by available_from, source
