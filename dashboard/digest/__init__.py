"""Alerts by mail: `python -m dashboard.digest`. A command of its own; no page and no server loads it."""
