"""The map: scene (what is drawn), svg (its text), palette (its colours). Script and stylesheet lie in assets/."""
