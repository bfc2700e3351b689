"""The WSGI application for granian or any other server: `dashboard.wsgi:server`."""

from dashboard import logs
from dashboard.app import create
from dashboard.settings import from_environment

_settings = from_environment()
logs.configure(_settings.log)
server = create(_settings).server
