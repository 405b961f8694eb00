"""The web process, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from ens.config.arrivals import Gate
from ens.kernel.starting import sparing_the_collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
with sparing_the_collector():
    application = Gate(get_wsgi_application())
