"""Django's settings, all taken from ``config.environment``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from ens.config.environment import (
    MissingSetting,
    addresses,
    authorities,
    database,
    day,
    day_or_none,
    endpoint,
    flag,
    hours,
    key_pair,
    number,
    openings,
    seconds,
    setting,
    store_address,
    words,
)
from ens.standards.departements import DEPARTEMENTS

PACKAGE = Path(__file__).resolve().parent.parent

# -- the space ---------------------------------------------------------------------------------------------
ENS_DEMONSTRATION = flag("ENS_DEMONSTRATION")
ENS_VISITE = flag("ENS_VISITE")  # a demonstration that anyone visits: nothing is written by its doors (N020)
if ENS_VISITE and not ENS_DEMONSTRATION:
    raise MissingSetting("ENS_VISITE ne vaut que pour une démonstration : ses données sont fictives.")
ENS_VISITE_URL = setting("ENS_VISITE_URL", "")  # where a visit is, said on the home page
ENS_DATA = Path(setting("ENS_DATA", "var")).resolve()
ENS_SECRETS = Path(setting("ENS_SECRETS", str(ENS_DATA / "secrets")))
ENS_CODES_RENEWED = flag("ENS_CODES_RENEWED")  # the key ``codes`` was changed on purpose: codes sent serve no more
ENS_VISITE_FROM = ENS_DATA / "demo.json"  # its story is told through its own doors, and this is written last
ENS_STORE = store_address("ENS_STORE", str(ENS_DATA / "contenus"))
ENS_STORE_ENDPOINT = endpoint("ENS_STORE_ENDPOINT")  # of an S3 store; empty, that of its region
ENS_STORE_REGION = setting("ENS_STORE_REGION", "us-east-1")
ENS_STORE_KEY = key_pair("ENS_STORE_KEY_FILE")
ENS_STORE_CA = authorities("ENS_STORE_CA")  # of an S3 store; empty, those of this machine
ENS_STORE_SECONDS = seconds("ENS_STORE_SECONDS", 5)  # of silence of an S3 store, before whoever waits is told
ENS_DELETIONS = store_address("ENS_DELETIONS", str(ENS_DATA / "suppressions"))  # never rewound by a restore
ENS_KEYS_RETENTION_DAYS = number("ENS_KEYS_RETENTION_DAYS", 30)  # of the copies of usagers' keys made by backups
ENS_BASE_URL = setting("ENS_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ENS_PROXIES = words("ENS_PROXIES")
ENS_METRICS_TOKEN = setting("ENS_METRICS_TOKEN", "")
ENS_SERVICE_NAME = setting("ENS_SERVICE_NAME", "Mon espace santé")
ENS_SUPPORT_PHONE = setting("ENS_SUPPORT_PHONE", "3422")
ENS_SUPPORT_HOURS = setting("ENS_SUPPORT_HOURS", "du lundi au vendredi, de 8 h 30 à 17 h 30")
ENS_SUPPORT_OPENING = hours("ENS_SUPPORT_OPENING", "1-5 08:30-17:30")  # weekdays from 1, Monday; in Paris
ENS_SUPPORT_CLOSED = words("ENS_SUPPORT_CLOSED")  # days AAAA-MM-JJ when nobody answers
ENS_SUPPORT_DEAF = setting("ENS_SUPPORT_DEAF", "")  # the route of the deaf and hard of hearing, in a sentence
ENS_SUPPORT_SEARCHES = number("ENS_SUPPORT_SEARCHES", 30)  # of an agent, by ENS_TRIES_MINUTES
ENS_SUPPORT_TRIES = number("ENS_SUPPORT_TRIES", 5)  # about one matricule that fail, by ENS_TRIES_MINUTES
ENS_SUPPORT_PROOF_MINUTES = number("ENS_SUPPORT_PROOF_MINUTES", 15)  # how long a proof serves its agent
ENS_OPENINGS = openings("ENS_OPENINGS", DEPARTEMENTS)  # when a part of the space opens, and where
ENS_OPPOSITION_DAYS = number("ENS_OPPOSITION_DAYS", 42)  # R1111-28: six weeks after sending
ENS_SESSION_IDLE_MINUTES = number("ENS_SESSION_IDLE_MINUTES", 120)
ENS_RECORD_IDLE_MINUTES = number("ENS_RECORD_IDLE_MINUTES", 30)  # of a record open to a professional
ENS_SIGNIN_TRIES = number("ENS_SIGNIN_TRIES", 5)
ENS_SIGNIN_TRIES_PER_ADDRESS = number("ENS_SIGNIN_TRIES_PER_ADDRESS", 100)
ENS_CODE_TRIES = number("ENS_CODE_TRIES", 10)  # of one provisional code, from anywhere
ENS_CODE_TRIES_PER_ADDRESS = number("ENS_CODE_TRIES_PER_ADDRESS", 50)
ENS_CODE_TRIES_TOTAL = number("ENS_CODE_TRIES_TOTAL", 20_000)
ENS_TRIES_MINUTES = number("ENS_TRIES_MINUTES", 15)
ENS_TERMS_PUBLISHED = day("ENS_TERMS_PUBLISHED", date(2026, 1, 5))  # of the terms of use shown by mentions_legales
ENS_DMP_RETIRED_ON = day_or_none("ENS_DMP_RETIRED_ON")  # from that day the former application is no more
ENS_DMP_URL = setting("ENS_DMP_URL", "")  # where it is, until then
ENS_DMP_HOSTS = words("ENS_DMP_HOSTS")  # its names, once they lead here
ENS_VITALE_URL = setting("ENS_VITALE_URL", "")
ENS_VITALE_TOKEN_FILE = setting("ENS_VITALE_TOKEN_FILE", "")
ENS_OIDC_ISSUER = setting("ENS_OIDC_ISSUER", "")
ENS_OIDC_CLIENT_ID = setting("ENS_OIDC_CLIENT_ID", "")
ENS_OIDC_SECRET_FILE = setting("ENS_OIDC_SECRET_FILE", "")
ENS_OIDC_NAME = setting("ENS_OIDC_NAME", "FranceConnect")
ENS_OIDC_SCOPES = setting("ENS_OIDC_SCOPES", "openid given_name family_name birthdate gender birthplace birthcountry")
ENS_OIDC_ACR = setting("ENS_OIDC_ACR", "")
ENS_UNITS_PER_USAGER = number("ENS_UNITS_PER_USAGER", 8)
ENS_FHIR_REFUSALS_PER_MINUTE = number("ENS_FHIR_REFUSALS_PER_MINUTE", 60)
ENS_PRO_SEARCHES_PER_HOUR = number("ENS_PRO_SEARCHES_PER_HOUR", 60)
# Of people: from 1 to 10, a figure is hidden. Those of the demonstration are nobody.
ENS_SMALL_COUNTS = number("ENS_SMALL_COUNTS", 1 if ENS_DEMONSTRATION else 11)
ENS_DOCUMENT_MAX_BYTES = 20_000_000
ENS_UPLOAD_MAX_BYTES = 5_000_000
ENS_FHIR_BODY_MAX_BYTES = 28_000_000
ENS_MAIL_MAX_BYTES = 25_000_000

# -- mail ----------------------------------------------------------------------------------------------------
ENS_MAIL_DOMAIN = setting("ENS_MAIL_DOMAIN", "patient.mssante.fr")
ENS_MAIL_TESTS = number("ENS_MAIL_TESTS", 10)  # answers of the test address to one mailbox, by ENS_TRIES_MINUTES
ENS_PHARMACIES_FIRST = flag("ENS_PHARMACIES_FIRST")  # a usager may write first to a pharmacy of the directory
ENS_SMTP_LISTEN = setting("ENS_SMTP_LISTEN", "127.0.0.1:2525")
ENS_SMTP_SESSIONS = number("ENS_SMTP_SESSIONS", 200)
ENS_SMTP_SESSIONS_PER_ADDRESS = number("ENS_SMTP_SESSIONS_PER_ADDRESS", 100)
ENS_SMTP_SESSIONS_PER_OPERATOR = number("ENS_SMTP_SESSIONS_PER_OPERATOR", 100)  # under one certificate's name
ENS_SMTP_CERT = setting("ENS_SMTP_CERT", "")
ENS_SMTP_KEY = setting("ENS_SMTP_KEY", "")
ENS_SMTP_CA = setting("ENS_SMTP_CA", "")
ENS_MAIL_DNS = setting("ENS_MAIL_DNS", "")
ENS_OPERATORS_SIGNER = setting("ENS_OPERATORS_SIGNER", "")
ENS_OPERATORS_TEST_SIGNER = setting("ENS_OPERATORS_TEST_SIGNER", "")
ENS_OPERATORS_URL = addresses("ENS_OPERATORS_URL")  # where the signed lists and the CRLs are published
ENS_OPERATORS_TEST_URL = addresses("ENS_OPERATORS_TEST_URL")
ENS_CRL_URLS = addresses("ENS_CRL_URLS")
ENS_LISTS_MINUTES = number("ENS_LISTS_MINUTES", 60)  # between two askings of each
ENS_RELAY_CERT = setting("ENS_RELAY_CERT", ENS_SMTP_CERT)
ENS_RELAY_KEY = setting("ENS_RELAY_KEY", ENS_SMTP_KEY)
ENS_RELAY_CA = setting("ENS_RELAY_CA", ENS_SMTP_CA)
ENS_CLAMD = setting("ENS_CLAMD", "")  # unix:/path or host:port of clamd
ENS_CLAMD_ABSENT = setting("ENS_CLAMD_ABSENT", "refuser")  # when it does not answer: refuser, or accepter
ENS_COURRIEL_RELAY = setting("ENS_COURRIEL_RELAY", "")  # host:port of the relay for personal addresses
ENS_COURRIEL_FROM = setting("ENS_COURRIEL_FROM", "ne-pas-repondre@espace-sante.example")
ENS_COURRIEL_RETOURS = setting("ENS_COURRIEL_RETOURS", "")  # Maildir where e-mails that came back arrive
ENS_COURRIERS = setting("ENS_COURRIERS", "")  # folder of the batches of letters that a printer takes
ENS_COURRIERS_POSTES = flag("ENS_COURRIERS_POSTES")  # posted the same day, without a report of the printer
ENS_COURRIER_ADRESSE = setting("ENS_COURRIER_ADRESSE", None if ENS_COURRIERS else "").split("|")

# -- databases -----------------------------------------------------------------------------------------------
# Who asks for a connection waits a little, so that a server that falls and comes back is not seen; an attempt to
# connect gives up soon, so that the next one asked for is tried at once and not after a delay that has grown.
_pool = {"min_size": 1, "max_size": number("ENS_DATABASE_POOL", 20), "timeout": 5, "reconnect_timeout": 2}
DATABASES = {"default": database(setting("ENS_DATABASE_URL"), pool=_pool)}
if setting("ENS_DATABASE_BATCH_URL", ""):
    DATABASES["batch"] = database(setting("ENS_DATABASE_BATCH_URL"))
if setting("ENS_DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = database(setting("ENS_DATABASE_OWNER_URL"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Django --------------------------------------------------------------------------------------------------
SECRET_KEY = (ENS_SECRETS / "django").read_bytes().hex()
DEBUG = False
_ours = urlsplit(ENS_BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = words("ENS_HOSTS") or ["127.0.0.1", "localhost", "[::1]", _ours]
ALLOWED_HOSTS += ENS_DMP_HOSTS
ROOT_URLCONF = "ens.config.urls"
WSGI_APPLICATION = "ens.config.wsgi.application"
AUTH_USER_MODEL = "identity.Compte"
OAUTH2_PROVIDER_APPLICATION_MODEL = "identity.ApplicationCliente"
OAUTH2_PROVIDER = {
    "SCOPES": {"dossier": "Alimenter et consulter le dossier, selon les droits de la personne nommée"},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "PKCE_REQUIRED": True,
    "CLIENT_SECRET_HASHER": "secret_tire",  # decision 0029
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # a dump of the base gives no token
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "oauth2_provider",
    "procrastinate.contrib.django",
    "ens.persistence",
    "ens.coffre",
    "ens.audit",
    "ens.identity",
    "ens.notifications",
    "ens.enrolment",
    "ens.access",
    "ens.record",
    "ens.messaging",
    "ens.catalogue",
    "ens.steering",
    "ens.config",
    "ens.web.common",
    "ens.web.public",
    "ens.web.usager",
    "ens.web.professionnel",
    "ens.web.pilotage",
    "ens.web.support",
]
if ENS_DEMONSTRATION:
    INSTALLED_APPS.append("ens.demonstration")

MIDDLEWARE = [
    "ens.config.observation.ObservationMiddleware",
    "ens.web.common.security.SecurityHeadersMiddleware",
    "ens.web.common.former.FormerHostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ens.interop.fhir.middleware.FhirFirstMiddleware",
    "ens.web.common.compression.PageCompressionMiddleware",
    "ens.config.clock.ClockMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ens.web.common.sessions.SessionActorMiddleware",
    "ens.web.common.access.AccessTableMiddleware",
    "ens.web.common.errors.ErrorPagesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "ens.web.common.context.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(setting("ENS_STATIC", str(ENS_DATA / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": setting("ENS_STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
WHITENOISE_MAX_AGE = 31_536_000

_https = ENS_BASE_URL.startswith("https://")
SESSION_ENGINE = "ens.identity.signedin"
AUTHENTICATION_BACKENDS = ["ens.identity.signedin.AccountBackend"]
SESSION_COOKIE_NAME = "ens_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "ens.web.common.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENS_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = ENS_FHIR_BODY_MAX_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = ENS_MAIL_MAX_BYTES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # nothing in clear on disk
APPEND_SLASH = True
PASSWORD_HASHERS = ["ens.identity.hashers.PasswordHasher", "ens.identity.hashers.GeneratedSecretHasher"]
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = "ens.config.observation.configure_logging"
LOGGING = {"level": setting("ENS_LOG_LEVEL", "INFO")}
