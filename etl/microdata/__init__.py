"""From microdata (one row per advertisement, firm or grant) to regional figures that name nobody; docs/microdata.md.

Only `python -m etl aggregate` needs what is in here, with the extra `microdata`; a build reads what it delivers
without.
"""
