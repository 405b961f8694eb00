"""The mail reference: Debian's Postfix and Dovecot, on ports and folders of their own, started and stopped here.

Postfix takes the message over mutual TLS and syncs it in its queue before it answers; its LMTP client hands it to
Dovecot, which syncs it in the recipient's Maildir (``mail_fsync = always``). Settings are Debian's own otherwise.
Nothing of it parses a message, seals it, knows a patient or leaves a trace.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from space import free_port

INSTALL = "sudo apt-get install -y postfix dovecot-lmtpd, puis make bench en root"
PROGRAMS = ("/usr/sbin/postfix", "/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp")
MAIL_USER = "nobody"
START_S = 20

MAIN_CF = """\
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
queue_directory = {folder}/file
data_directory = {folder}/donnees
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = reference.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{folder}/boites.txt
virtual_transport = lmtp:unix:{folder}/lmtp
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_req_ccert = yes
smtpd_tls_cert_file = {folder}/serveur.pem
smtpd_tls_key_file = {folder}/serveur.key
smtpd_tls_CAfile = {folder}/autorite.pem
message_size_limit = 25000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
"""
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT_CONF = """\
base_dir = {folder}/dovecot
instance_name = mesure
protocols = lmtp
log_path = {folder}/dovecot.log
ssl = no
mail_fsync = always
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/boites/%n allow_all_users=yes
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0600
    user = postfix
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@reference.example
}}
"""


@dataclass(frozen=True)
class Reference:
    port: int
    maildir: str  # {user} is the mailbox
    pids: dict[str, int]


def why_not() -> str:
    """Why it cannot be measured here, in French; empty when it can."""
    if missing := [program for program in PROGRAMS if not Path(program).exists()]:
        return f"référence non installée ({', '.join(missing)} manque) : {INSTALL}"
    if os.geteuid() != 0:
        return "référence non mesurée : Postfix et Dovecot changent d'utilisateur, lancez make bench en root"
    return ""


@contextmanager
def running(folder: Path, certificates: Path, domain: str, mailboxes: list[str]) -> Iterator[Reference]:
    """Both servers, for these mailboxes of ``domain``; the certificates are those of the space measured beside."""
    port = free_port()
    _write(folder, certificates, domain, mailboxes, port)
    with (folder / "demarrage.log").open("wb") as log:
        started = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            for command in (
                ["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")],
                ["/usr/sbin/postfix", "-c", str(folder / "postfix"), "start-fg"],
            )
        ]
        try:
            _wait(folder, port, started)
            pids = {"dovecot": started[0].pid, "postfix": started[1].pid}
            yield Reference(port, f"{folder}/boites/{{user}}/Maildir/new", pids)
        finally:
            # The master is a grandchild in a session of its own: only Postfix's own command reaches it.
            subprocess.run(["/usr/sbin/postfix", "-c", str(folder / "postfix"), "stop"], check=False, stderr=log)
            started[0].send_signal(signal.SIGTERM)
            for process in started:
                process.wait(20)


def _write(folder: Path, certificates: Path, domain: str, mailboxes: list[str], port: int) -> None:
    user, postfix = pwd.getpwnam(MAIL_USER), pwd.getpwnam("postfix")
    values = {"folder": folder, "domain": domain, "port": port, "user": user.pw_uid, "group": user.pw_gid}
    for name in ("postfix", "file", "donnees", "dovecot", "boites"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    os.chown(folder / "donnees", postfix.pw_uid, -1)
    os.chown(folder / "boites", user.pw_uid, user.pw_gid)
    for name in mailboxes:  # so that files can be counted before the first message
        for part in (name, f"{name}/Maildir", *(f"{name}/Maildir/{sub}" for sub in ("new", "cur", "tmp"))):
            (folder / "boites" / part).mkdir()
            os.chown(folder / "boites" / part, user.pw_uid, user.pw_gid)
    (folder / "postfix" / "main.cf").write_text(MAIN_CF.format(**values))
    (folder / "postfix" / "master.cf").write_text(MASTER_CF.format(**values))
    (folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**values))
    (folder / "boites.txt").write_text("".join(f"{name}@{domain} {name}\n" for name in mailboxes))
    for source, target in (("espace.pem", "serveur.pem"), ("espace.key", "serveur.key"), ("autorite.pem",) * 2):
        shutil.copyfile(certificates / source, folder / target)
    (folder / "serveur.key").chmod(0o600)


def _wait(folder: Path, port: int, started: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and all(process.poll() is None for process in started):
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=2) as door:
                if (folder / "lmtp").exists() and door.noop()[0] == 250:
                    return
        except OSError:
            time.sleep(0.1)
    logs = [path for path in folder.glob("*.log") if path.stat().st_size]
    raise SystemExit("La référence n'a pas démarré :\n" + "\n".join(path.read_text()[-2000:] for path in logs))
