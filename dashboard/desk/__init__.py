"""The ministry's desk: sign-in, sessions and roles. Only a process with ATLAS_AUDIENCE=internal loads it.

`site.py` puts it in front of every page; docs/desk.md says how to set it up.
"""
