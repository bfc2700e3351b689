"""What the tests of discovery share."""

BASE = "https://atlas.example.org"
