#!/usr/bin/env python3
"""SMTP load client: messages per second accepted, then delivered. Standard library only.

  mail_bench.py --port 2525 --to user{n}@test.example --boxes 20 --maildir '/path/{user}/new'
                [--recipients FILE --users FILE] [--clients 1,8,32] [--messages 400] [--repeats 3] [--pdf-bytes 50000]
                [--tls --client-cert PEM --client-key KEY] [--pids smtp=12,postgres=34]
One operation: MAIL/RCPT/DATA of one MIME message (short text + one application/pdf attachment, base64)
to one recipient, over a connection kept open for the whole run (N connections in parallel). Connections and their TLS
are opened before the clock starts.
accepted/s: messages answered 250 after DATA / wall time. delivered/s: the same messages / time from the
first MAIL to the moment the last one is seen by --maildir (files counted) or by --imap (sum of STATUS MESSAGES);
without either, what was accepted is taken as delivered: a server that files before it answers.
Latency is per message, MAIL to the final 250. With --pids, CPU time per message of each process and its descendants,
in the program and in the kernel, from the first MAIL to the last delivery.
"""

# ruff: noqa: E501 - a message is written as it goes
from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import imaplib
import json
import re
import ssl
import statistics
import sys
import time
import uuid
from pathlib import Path

import processes


def message(sender, to, n):
    head = b"%PDF-1.4\n% " + uuid.uuid4().hex.encode() + b"\n"
    data = (head + hashlib.sha256(head).digest() * (n // 32 + 1))[:n]
    b = base64.encodebytes(data).decode().replace("\n", "\r\n")
    sep = uuid.uuid4().hex
    return (f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Compte rendu\r\nMessage-ID: <{uuid.uuid4()}@bench.example>\r\n"
            f"Date: Wed, 04 Mar 2026 10:11:12 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary={sep}\r\n\r\n"
            f"--{sep}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour, voici votre compte rendu.\r\n"
            f"--{sep}\r\nContent-Type: application/pdf; name=cr.pdf\r\nContent-Disposition: attachment; filename=cr.pdf\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{b}--{sep}--\r\n.\r\n").encode()


class Smtp:
    async def open(self, a):
        self.r, self.w = await asyncio.open_connection("127.0.0.1", a.port)
        await self.reply(220)
        await self.say("EHLO bench.example", 250)
        if a.tls:
            await self.say("STARTTLS", 220)
            ctx = ssl.create_default_context()
            ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
            if a.client_cert:
                ctx.load_cert_chain(a.client_cert, a.client_key)
            await self.w.start_tls(ctx, server_hostname="localhost")
            await self.say("EHLO bench.example", 250)
        return self

    async def reply(self, want):
        while True:
            line = await self.r.readline()
            if not line:
                raise ConnectionError("closed")
            if line[3:4] != b"-":
                if int(line[:3]) != want:
                    raise RuntimeError(line.decode("latin-1").strip())
                return

    async def say(self, text, want):
        self.w.write(text.encode() + b"\r\n")
        await self.reply(want)

    async def send(self, sender, to, body):
        await self.say(f"MAIL FROM:<{sender}>", 250)
        await self.say(f"RCPT TO:<{to}>", 250)
        await self.say("DATA", 354)
        self.w.write(body)
        await self.w.drain()
        await self.reply(250)


def delivered(a, users):
    if a.maildir:
        return sum(1 for u in users for _ in Path(a.maildir.format(user=u)).glob("*"))
    n = 0
    for u in users if a.imap else ():
        m = imaplib.IMAP4("127.0.0.1", a.imap)
        m.login(u if not a.login_full else a.to.format(n=u), a.password)
        n += int(re.search(rb"MESSAGES (\d+)", m.status("INBOX", "(MESSAGES)")[1][0]).group(1))
        m.logout()
    return n


async def once(a, clients, users, rcpts):
    before = delivered(a, users)
    conns = [await Smtp().open(a) for _ in range(clients)]
    bodies = [message(a.sender, rcpts[i % len(rcpts)], a.pdf_bytes) for i in range(a.messages)]
    jobs, lats, errs, seen = iter(range(a.messages)), [], [], a.maildir or a.imap
    cpu, t0 = processes.spent(a.groups), time.perf_counter()

    async def lane(c):
        for i in jobs:
            t = time.perf_counter()
            try:
                await c.send(a.sender, rcpts[i % len(rcpts)], bodies[i])
                lats.append(time.perf_counter() - t)
            except Exception as e:  # noqa: BLE001 - counted, shown, never hidden
                errs.append(f"{type(e).__name__}: {e}")
                return
    await asyncio.gather(*(lane(c) for c in conns))
    accepted = time.perf_counter() - t0
    want, limit = before + len(lats), time.perf_counter() + a.wait
    while seen and (have := delivered(a, users)) < want and time.perf_counter() < limit:
        await asyncio.sleep(0.05)
    done = time.perf_counter() - t0
    used = processes.since(cpu, processes.spent(a.groups))
    for c in conns:
        c.w.close()
    return len(lats), accepted, done if not seen or have >= want else None, lats, errs, used


async def main(a):
    users = [a.user.format(n=i) for i in range(a.boxes)]
    rcpts = [a.to.format(n=i) for i in range(a.boxes)]
    if a.recipients:
        rcpts = Path(a.recipients).read_text().split()[:a.boxes]
    if a.users:
        users = Path(a.users).read_text().split()[:a.boxes]
    out = {"label": a.label, "messages": a.messages, "pdf_bytes": a.pdf_bytes, "repeats": a.repeats, "results": []}
    for n in (int(x) for x in a.clients.split(",")):
        acc, dlv, lats, errs, used = [], [], [], [], dict.fromkeys(a.groups, (0.0, 0.0))
        for _ in range(a.repeats):
            k, ta, td, l1, e, cpu = await once(a, n, users, rcpts)
            acc.append(k / ta)
            lats += l1
            errs += e
            used = {x: (used[x][0] + own, used[x][1] + kernel) for x, (own, kernel) in cpu.items()}
            if td:
                dlv.append(k / td)
            else:
                errs.append(f"not all delivered within {a.wait} s")
        lats.sort()
        r = {"clients": n, "accepted_per_s": round(statistics.median(acc), 1), "accepted_all": [round(x, 1) for x in acc],
             "delivered_per_s": round(statistics.median(dlv), 1) if dlv else None, "delivered_all": [round(x, 1) for x in dlv],
             "p50_ms": quantile(lats, .5), "p95_ms": quantile(lats, .95), "p99_ms": quantile(lats, .99),
             "cpu_ms_per_op": {x: [round(1000 * y / len(lats), 3) for y in both] for x, both in used.items()} if lats else None,
             "load": processes.load(), "errors": len(errs), "first_error": errs[0] if errs else None}
        out["results"].append(r)
        print(f"{a.label} c={n:<3d} accepted {r['accepted_per_s']}/s delivered {r['delivered_per_s']}/s p50 {r['p50_ms']} ms "
              f"p99 {r['p99_ms']} ms errors {r['errors']} {r['first_error'] or ''}", file=sys.stderr, flush=True)
    print(json.dumps(out, indent=1))
    return 1 if any(r["errors"] for r in out["results"]) else 0


def quantile(lats, f):
    return round(1000 * lats[min(len(lats) - 1, int(len(lats) * f))], 2) if lats else None


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--to", default="user{n}@test.example")
    p.add_argument("--user", default="user{n}", help="mailbox name of recipient n, for --maildir and --imap")
    p.add_argument("--recipients", default="", help="file of addresses, one a line, instead of --to")
    p.add_argument("--users", default="", help="file of mailbox names, one a line, instead of --user")
    p.add_argument("--boxes", type=int, default=20)
    p.add_argument("--sender", default="medecin@bench.example")
    p.add_argument("--maildir", help="the folder new mail lands in, {user} replaced")
    p.add_argument("--imap", type=int)
    p.add_argument("--password", default="x")
    p.add_argument("--login-full", action="store_true")
    p.add_argument("--clients", default="1,8,32")
    p.add_argument("--messages", type=int, default=400)
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--pdf-bytes", type=int, default=50_000)
    p.add_argument("--wait", type=float, default=120)
    p.add_argument("--tls", action="store_true")
    p.add_argument("--client-cert")
    p.add_argument("--client-key")
    p.add_argument("--pids", default="", help="name=pid,… of the server (children included), for CPU times")
    p.add_argument("--label", default="")
    args = p.parse_args()
    args.groups = processes.groups_of(args.pids)
    sys.exit(asyncio.run(main(args)))
