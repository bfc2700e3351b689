-- Every other spelling of a region's code, and what became of codes of older NUTS versions.
select system, code, region, weight, version from region_alias order by code, system, weight desc, region
