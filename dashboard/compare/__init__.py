"""Regions side by side: which ones an address names, their figures, sentences, maps."""
