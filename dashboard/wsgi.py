"""The WSGI application for granian or any other server: `dashboard.wsgi:server`."""

from dashboard.app import create

server = create().server
