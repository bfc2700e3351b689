"""One address of every kind of page: what all pages are held to is tried on these."""

from __future__ import annotations

LANGUAGES = ("de", "fr", "en")
WEB = "adoption_firms_ai_web_pct"
KINDS = {
    "map": "map?region=DED",
    "map of members": "map?indicator=adoption_firms_ai_role_pct",
    "map of two": f"map?indicator={WEB}&against=context_digital_skills_basic_pct",
    "map of changes": f"map?indicator={WEB}&view=change&level=nuts2&lines=border",
    "region": "region/DED51",
    "country": "region/FR",
    "compare": "compare/DED+FRF",
    "choose what to compare": "compare",
    "territory": "hub/oberrhein",
    "territories": "hub",
    "partnerships": "partnerships?show=sap-mistral",
    "programmes": "programmes",
    "firms": "firms",
    "find": "find?q=saint",
    "indicator": f"indicator/{WEB}",
    "data": "data",
    "status": "data/status",
    "api": "api",
    "what has changed": "changed",
    "keynote": "keynote?v=map&v=region/DED&title.2=Titel&v=map?level=nix",
    "page of a programme": "programme/zakid",
    "text of the imprint": "imprint",
    "text of privacy": "privacy",
    "statement of accessibility": "accessibility",
    "brief of a region": "brief/region/DED",
    "brief of a programme": "brief/programme/zakid",
    "brief of a hub": "brief/hub/DED+FRF",
    "view of a talk": "keynote/present?v=region/DED",
    "nowhere": "region/XX",
}
