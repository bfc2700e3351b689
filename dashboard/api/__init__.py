"""The machine's entrance: `/api/v1` (docs/api.md). Parameters and rows are declared once, in models."""
