"""Briefs: one page on a region, territory or programme for a folder of paper, as PDF and in the print view."""
