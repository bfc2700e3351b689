"""How machines find the atlas: heads of pages, sitemap, robots, linked data, the catalogue for data portals."""
