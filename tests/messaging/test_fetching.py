"""The lists of the trust space are fetched from a real server, and judged as those an operator brings by hand."""

from __future__ import annotations

import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from django.conf import settings

from ens.cli import trust as command
from ens.connectors.listes import client
from ens.connectors.listes.client import PublishedFiles
from ens.messaging import trustsources, trustspace, trustwatch
from ens.messaging.errors import OperatorUnknown
from ens.messaging.models import TrustSource
from ens.messaging.ports import PublisherAway, Validators, use_publisher
from ens.messaging.services import fetching
from ens.standards.certificates import presented
from tests.messaging.test_trust_space import MIPIH, OTHER, keepers  # noqa: F401 - a fixture

pytestmark = pytest.mark.feature("S090")
LIST, CRL, DELTA = "/liste.xml", "/organisations.crl", "/delta.crl"


class Publisher:
    """Says what ``files`` holds, with its ETag; ``status``, ``location``, ``slow``: otherwise."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status, self.location, self.promised, self.slow = 200, "", 0, ""
        self.asked: list[tuple[str, str]] = []
        self.address = ""

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        body = self.files.get(to.path, b"")
        etag, known = f'"{hash(body)}"', to.headers.get("If-None-Match", "")
        self.asked.append((to.path, known))
        if self.slow == "headers":
            return self._drip(to)
        status = 304 if known == etag and self.status == 200 else self.status
        to.send_response(status)
        if self.location:
            to.send_header("Location", self.location)
        to.send_header("ETag", etag)
        to.send_header("Content-Length", str(0 if status == 304 else self.promised or len(body)))
        to.end_headers()
        if self.slow == "body":
            return self._drip(to)
        if status != 304:
            to.wfile.write(body)
        return None

    def _drip(self, to: BaseHTTPRequestHandler) -> None:
        for _ in range(200):  # ten seconds, much more than is given
            to.wfile.write(b"x")
            time.sleep(0.05)


@contextmanager
def serving(context=None):
    found = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                found.answer(self)
            except OSError:
                self.close_connection = True  # who asked went away

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.handle_error = lambda *args: None  # a client that refuses the certificate
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    found.address = f"{'https' if context else 'http'}://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def published(keepers, server, monkeypatch):  # noqa: F811 - the fixture
    """The space is told where its list, its CRL and the delta that completes it are published."""
    monkeypatch.setattr(settings, "ENS_OPERATORS_URL", [server.address + LIST])
    monkeypatch.setattr(settings, "ENS_CRL_URLS", [server.address + CRL, server.address + DELTA])
    use_publisher(PublishedFiles())
    server.keepers = keepers
    TrustSource.objects.all().delete()
    yield server
    use_publisher(None)
    TrustSource.objects.all().delete()


def when_its_turn_comes():
    TrustSource.objects.update(next_at=datetime.now(UTC) - timedelta(seconds=1))
    return fetching.fetch_due()


def state(address):
    return next(one for one in trustsources.sources() if one.address.endswith(address))


def test_lists_are_taken_in_the_order_of_the_settings_then_asked_only_for_what_is_new(published):
    of = published.keepers
    revoked, later = of.issue(MIPIH), of.issue(MIPIH)
    published.files = {
        LIST: of.signed_list(("a.example", MIPIH), at=datetime.now(UTC) - timedelta(hours=2)),
        CRL: of.crl(revoked, number=10, lasts_days=9),
        DELTA: of.crl(later, number=12, base=10, lasts_days=9),
    }
    assert fetching.fetch_due() == 3
    assert [path for path, _ in published.asked] == [LIST, CRL, DELTA]
    assert trustspace.operator_of("a.example").subjects
    assert trustspace.is_revoked(presented(revoked.certificate))
    assert trustspace.is_revoked(presented(later.certificate))
    pace = timedelta(minutes=settings.ENS_LISTS_MINUTES)
    for one in trustsources.sources():
        assert (one.reason, one.failures) == ("", 0)
        assert pace * 0.8 < one.next_at - datetime.now(UTC) < pace * 1.2
    assert fetching.fetch_due() == 0  # not their turn
    assert when_its_turn_comes() == 3
    assert all(known for _, known in published.asked[3:])  # answered 304
    published.files[LIST] = of.signed_list(("b.example", MIPIH), ("a.example", MIPIH))
    when_its_turn_comes()
    assert trustspace.operator_of("b.example")
    # The entire CRL said again whole is older than what the delta made of it: nothing goes back, nothing is wrong.
    TrustSource.objects.update(etag="", last_modified="")
    when_its_turn_comes()
    assert state(CRL).reason == ""
    assert trustspace.is_revoked(presented(later.certificate))


def test_what_is_damaged_older_or_not_theirs_changes_nothing_and_is_said(published):
    of, now = published.keepers, datetime.now(UTC)
    good = of.signed_list(("a.example", MIPIH), at=now - timedelta(hours=1))
    published.files = {LIST: good, CRL: of.crl(number=3), DELTA: of.crl(number=3)}
    fetching.fetch_due()
    refused = {
        "signature": good.replace(b"a.example", b"z.example"),
        "pas plus récent": of.signed_list(("z.example", MIPIH), at=now - timedelta(days=3)),
        "signée par un autre": of.signed_list(("z.example", MIPIH), by=of.issue(OTHER)),
        "refusé": b"<html>maintenance</html>",
    }
    for number, (word, data) in enumerate(refused.items(), 1):
        published.files[LIST] = data
        published.files[CRL] = data  # no CRL either
        when_its_turn_comes()
        assert (state(LIST).failures, state(CRL).failures) == (number, number)
        assert word in state(LIST).reason
        assert state(CRL).reason
        assert trustspace.operator_of("a.example").subjects
        with pytest.raises(OperatorUnknown):
            trustspace.operator_of("z.example")
    assert state(LIST).next_at - datetime.now(UTC) > timedelta(minutes=30)  # it is asked less and less
    facts, said = command._told(trustspace.state())
    assert any(LIST in line and "Échec 4" in line for line in said)
    assert facts["fetched"][0]["failures"] == 4
    asked_for = [line for line in trustwatch.warnings(trustspace.state()) if LIST in line]
    assert asked_for == []  # not yet
    TrustSource.objects.update(well_at=now - timedelta(hours=7))
    assert any(LIST in line for line in trustwatch.warnings(trustspace.state()))
    published.files[LIST] = good
    when_its_turn_comes()
    assert not any(LIST in line for line in trustwatch.warnings(trustspace.state()))


def test_a_publisher_away_stops_neither_the_others_nor_the_mail(published):
    of = published.keepers
    published.files = {LIST: of.signed_list(("a.example", MIPIH)), CRL: of.crl(number=1), DELTA: of.crl(number=2)}
    fetching.fetch_due()
    published.status = 500
    when_its_turn_comes()
    assert state(LIST).reason == "Cette adresse ne donne pas de fichier : elle répond 500."
    assert trustspace.operator_of("a.example")
    published.status = 200
    when_its_turn_comes()
    assert len({known for path, known in published.asked if path == LIST and known}) == 1  # what was known still is
    assert [one.reason for one in trustsources.sources()] == ["", "", ""]


def test_an_asking_that_was_killed_is_said_and_made_again(published, monkeypatch):
    monkeypatch.setattr(fetching, "_take", lambda *args: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        fetching.fetch_due()
    assert state(LIST).reason == "La demande n'est pas allée à son terme."
    assert state(LIST).next_at < datetime.now(UTC) + timedelta(minutes=6)


def test_nothing_configured_is_nothing_fetched_and_is_said(published, monkeypatch):
    fetching.fetch_due()
    published.asked.clear()
    monkeypatch.setattr(settings, "ENS_OPERATORS_URL", [])
    monkeypatch.setattr(settings, "ENS_CRL_URLS", [])
    assert fetching.fetch_due() == 0
    assert (published.asked, TrustSource.objects.count()) == ([], 0)
    facts, said = command._told(trustspace.state())
    assert facts["fetched"] == []
    assert any(line.startswith("Rien n'est récupéré") for line in said)


# -- the wire -------------------------------------------------------------------------------------------------------
def refusal(server, path=LIST, **bounds):
    with pytest.raises(PublisherAway) as refused:
        PublishedFiles(**bounds).fetch(server.address + path, Validators())
    return str(refused.value)


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_a_publisher_that_speaks_a_letter_at_a_time_is_left(server, slow):
    server.slow, server.promised = slow, 200
    assert refusal(server, whole_s=0.3) == "elle ne répond pas à temps"


def test_a_file_too_large_or_cut_short_is_not_taken(server, monkeypatch):
    monkeypatch.setattr(client, "MOST_OCTETS", 1_000_000)
    server.files[LIST] = b"x" * 1_100_000
    assert refusal(server) == "son fichier dépasse 1 Mo"
    server.files[LIST], server.promised = b"x" * 10, 20
    assert refusal(server, silence_s=0.3).startswith("elle ne répond pas")


@pytest.mark.parametrize(
    ("before", "after", "is_followed"),
    [
        ("http://liste.example/a", "http://liste.example:80/b", True),
        ("http://liste.example/a", "https://liste.example/b", True),
        ("https://liste.example:8443/a", "https://liste.example:8443/b", True),
        ("http://liste.example/a", "http://liste.example:8080/b", False),
        ("http://liste.example/a", "https://liste.example:8443/b", False),
        ("http://liste.example:8080/a", "https://liste.example/b", False),
        ("https://liste.example/a", "https://liste.example:8443/b", False),
        ("https://liste.example/a", "https://liste.example:99999/b", False),
    ],
)
def test_a_redirection_to_another_port_is_to_another_server(before, after, is_followed):
    if is_followed:
        assert client._followed(before, after) == after
    else:
        with pytest.raises(PublisherAway):
            client._followed(before, after)


def test_a_redirection_is_followed_to_the_same_host_only(server):
    server.status, server.location = 302, "/ailleurs"
    assert refusal(server) == "elle renvoie d'adresse en adresse"
    assert len(server.asked) == 4
    port = int(server.address.rpartition(":")[2])
    for elsewhere in (
        server.address.replace(str(port), str(port + 1)) + LIST,
        "http://autre.example/liste.xml",
        "//autre.example/",
        "file:///etc/passwd",
        "",
    ):
        server.asked.clear()
        server.location = elsewhere
        assert refusal(server) == "elle renvoie vers un autre serveur"
        assert len(server.asked) == 1


def test_over_tls_the_publisher_is_who_its_certificate_says(monkeypatch, tmp_path):
    known, unknown = trustme.CA(), trustme.CA()
    known.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # OpenSSL's own: the machine's authorities
    for authority, is_known in ((known, True), (unknown, False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with serving(context) as server:
            server.files[LIST] = b"fichier"
            if is_known:
                assert PublishedFiles().fetch(server.address + LIST, Validators()).data == b"fichier"
                server.status, server.location = 302, server.address.replace("https", "http") + LIST
                assert refusal(server) == "elle renvoie vers un autre serveur"
            else:
                assert refusal(server) == "son certificat n'est pas reconnu"
