"""Slides: what one says (`model`), which views become one (`of/`), how it is drawn (PowerPoint, HTML to present)."""
