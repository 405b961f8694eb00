"""The web process, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from ens.config.arrivals import Gate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
application = Gate(get_wsgi_application())
