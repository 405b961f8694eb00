"""The web process, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from ens.config.arrivals import Gate, notice_lost_lines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
notice_lost_lines()
application = Gate(get_wsgi_application())
