"""A view to take along: the page's address with a form behind it (docs/add-a-page.md)."""
