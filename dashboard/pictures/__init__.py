"""Any map or chart as SVG, PNG or PDF, drawn without a browser: title, legend and source inside (docs/exports.md)."""
