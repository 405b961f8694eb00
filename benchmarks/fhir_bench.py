#!/usr/bin/env python3
"""Closed-loop load client for any FHIR R4 server. Standard library only (uvloop used if present).

  fhir_bench.py setup --base URL --state s.json [--patients 20 --docs 50]
  fhir_bench.py run   --base URL --state s.json [--workloads bundle,read,binary,search]
                      [--clients 1,8,32] [--seconds 5] [--repeats 3] [--pids web=12,postgres=34] > figures.json
Auth: --header 'Authorization: Bearer X' (repeatable) or --token-url/--client-id/--client-secret.
A server on which patients are not created over FHIR (ours): --identifiers FILE, one `oid|matricule` a line; the first
--patients of them get the documents that are searched, the others are written to; bundles are then PDSm ones
(ITI-65 comprehensive, subject `Patient?identifier=…`), and the documents of `setup` are filed the same way.

Workloads (one operation each; N clients, each with one keep-alive connection, no think time):
  create  POST Binary (raw application/pdf, --pdf-bytes, default 50 000), then POST DocumentReference to it
  bundle  POST / transaction: List (MHD SubmissionSet) + DocumentReference + Binary (base64 of the same PDF)
  read    GET DocumentReference/{id}, id drawn from the documents of `setup`
  binary  GET Binary/{id} of a document made before the run (raw bytes)
  search  GET DocumentReference?patient=Patient/{id}&status=current&_count=50 (50 entries expected)
  count   GET the same with _summary=count
A reply is an error unless its status is 2xx, and for `search` unless it has the expected number of
entries. Latency is per operation; p50, p95, p99 are over all repeats, op/s is the median of the repeats.
With --pids (server, database, worker) each figure also has the CPU time per operation of each process, in the program
and in the kernel, which hardly depends on what else the machine does; repeats during which other programs were busy
are dropped and run again, at most --max-noisy times.
The program that measured the reference server (Medplum 5.0.10) and this one are the same: only the reading of CPU
times by process was added.
"""
# ruff: noqa: E501 - resources are written as in the guides
from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import os
import random
import ssl
import statistics
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import processes

JSON = "application/fhir+json"


class Conn(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection; one request at a time."""

    def __init__(self):
        self.buf, self.fut, self.tr, self.closed = bytearray(), None, None, False

    def connection_made(self, tr):
        self.tr = tr

    def connection_lost(self, exc):
        self.closed = True
        if self.fut and not self.fut.done():
            self.fut.set_exception(ConnectionError(str(exc or "closed")))

    def data_received(self, data):
        self.buf += data
        got = self._parse()
        if got and self.fut and not self.fut.done():
            self.fut.set_result(got)

    def _parse(self):
        b = self.buf
        end = b.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = bytes(b[:end]).decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        head = {}
        for ln in lines[1:]:
            k, _, v = ln.partition(":")
            head[k.strip().lower()] = v.strip()
        pos = end + 4
        if status in (204, 304):
            body = b""
        elif "chunked" in head.get("transfer-encoding", "").lower():
            parts = []
            while True:
                nl = b.find(b"\r\n", pos)
                if nl < 0:
                    return None
                n = int(bytes(b[pos:nl]).split(b";")[0], 16)
                if len(b) < nl + 2 + n + 2:
                    return None
                if n == 0:
                    pos = nl + 4
                    break
                parts.append(bytes(b[nl + 2:nl + 2 + n]))
                pos = nl + 2 + n + 2
            body = b"".join(parts)
        else:
            n = int(head.get("content-length", "0"))
            if len(b) < pos + n:
                return None
            body = bytes(b[pos:pos + n])
        self.buf.clear()
        if head.get("connection", "").lower() == "close":
            self.closed = True
        return status, head, body


class Client:
    def __init__(self, base, headers, timeout):
        u = urlsplit(base)
        self.host, self.tls = u.hostname, u.scheme == "https"
        self.port = u.port or (443 if self.tls else 80)
        self.prefix, self.timeout, self.conn = u.path.rstrip("/"), timeout, None
        self.head = "".join(f"{k}: {v}\r\n" for k, v in {"Host": u.netloc, **headers}.items())

    async def call(self, method, path, body=b"", ctype=JSON, accept=JSON):
        if self.conn is None or self.conn.closed:
            ctx = None
            if self.tls:
                ctx = ssl.create_default_context()
                if self.host in ("localhost", "127.0.0.1", "::1"):
                    ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
            _, self.conn = await asyncio.get_running_loop().create_connection(Conn, self.host, self.port, ssl=ctx)
        c = self.conn
        c.fut = asyncio.get_running_loop().create_future()
        target = path if path.startswith("http") else f"{self.prefix}/{path}".rstrip("/") or "/"
        h = f"{method} {target} HTTP/1.1\r\n{self.head}Accept: {accept}\r\n"
        if body:
            h += f"Content-Type: {ctype}\r\nContent-Length: {len(body)}\r\n"
        c.tr.write(h.encode() + b"\r\n" + body)
        try:
            return await asyncio.wait_for(c.fut, self.timeout)
        except BaseException:
            c.closed = True
            c.tr.close()
            raise

    def close(self):
        if self.conn and self.conn.tr:
            self.conn.tr.close()


# ---------------------------------------------------------------- resources
def pdf(n):
    """A valid one-page PDF of about n bytes, different each time (padding in an unused stream)."""
    pad = hashlib.sha256(uuid.uuid4().bytes).hexdigest().encode()
    pad = (pad * (max(n - 500, 64) // len(pad) + 1))[:max(n - 500, 64)]
    text = b"BT /F1 14 Tf 60 780 Td (Compte rendu d'essai) Tj ET"
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
             (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
             b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"),
             b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
             b"<< /Length %d >>\nstream\n%s\nendstream" % (len(pad), pad)]
    out, at = bytearray(b"%PDF-1.4\n"), []
    for k, body in enumerate(parts, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (k, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(b"%010d 00000 n \n" % x for x in at)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, xref))


def document_reference(patient, url, data):
    oid = "urn:oid:2.25." + str(uuid.uuid4().int)
    return {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": oid},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:" + str(uuid.uuid4())}],
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4", "display": "Consult note"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "34133-9", "display": "Summary of episode note"}]}],
        "subject": {"reference": patient},
        "date": "2026-03-04T10:11:12Z",
        "author": [{"display": "Dr Example"}],
        "description": "Compte rendu de consultation",
        "securityLabel": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]}],
        "content": [{
            "attachment": {"contentType": "application/pdf", "language": "fr-FR", "url": url, "size": len(data),
                           "hash": base64.b64encode(hashlib.sha1(data).digest()).decode(), "title": "CR consultation",
                           "creation": "2026-03-04T10:11:12Z"},
            "format": {"system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                       "code": "urn:ihe:iti:xds-sd:pdf:2008"}}],
        "context": {"period": {"start": "2026-03-04T10:00:00Z"},
                    "facilityType": {"coding": [{"system": "http://snomed.info/sct", "code": "35971002"}]},
                    "practiceSetting": {"coding": [{"system": "http://snomed.info/sct", "code": "394802001"}]}},
    }


def provide_bundle(patient, data):
    s, d, b = ("urn:uuid:" + str(uuid.uuid4()) for _ in range(3))
    return {
        "resourceType": "Bundle", "type": "transaction",
        "meta": {"profile": ["https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle"]},
        "entry": [
            {"fullUrl": s, "request": {"method": "POST", "url": "List"}, "resource": {
                "resourceType": "List", "status": "current", "mode": "working",
                "extension": [{"url": "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId",
                               "valueIdentifier": {"value": "urn:oid:1.2.250.1.999.1"}}],
                "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": "urn:oid:2.25." + str(uuid.uuid4().int)}],
                "code": {"coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]},
                "subject": {"reference": patient}, "date": "2026-03-04T10:11:12Z",
                "entry": [{"item": {"reference": d}}]}},
            {"fullUrl": d, "request": {"method": "POST", "url": "DocumentReference"},
             "resource": document_reference(patient, b, data)},
            {"fullUrl": b, "request": {"method": "POST", "url": "Binary"}, "resource": {
                "resourceType": "Binary", "contentType": "application/pdf", "data": base64.b64encode(data).decode()}},
        ]}


def pdsm_bundle(identifier, data, content_type="application/pdf", type_code="11488-4", title="CR consultation",
                 rpps="899700218896", when="2026-03-04T10:11:12+01:00", oid=None, replaces=None):
    """ITI-65 Bundle after the PDSm guide's own example.  identifier: 'oid|matricule'; data: bytes of the document."""
    root, value = identifier.split("|")
    s, d, b = ("urn:uuid:" + str(uuid.uuid4()) for _ in range(3))
    people = [{"resourceType": "Patient", "id": "patient-source",
               "identifier": [{"system": "urn:oid:" + root, "value": value}]},
              {"resourceType": "Practitioner", "id": "practitioner-author",
               "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": rpps}],
               "name": [{"family": "ESSAI", "given": ["Camille"]}]}]
    subject = {"reference": f"Patient?identifier=urn:oid:{root}|{value}"}
    klass = {"coding": [{"system": "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument",
                         "code": "10", "display": "Compte rendu"}]}
    base = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-"
    mhd = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
    doc = {
        "resourceType": "DocumentReference", "meta": {"profile": [base + "comprehensive-document-reference"]},
        "contained": people, "masterIdentifier": {"system": "urn:ietf:rfc:3986",
                                                   "value": oid or "urn:oid:2.25." + str(uuid.uuid4().int)},
        "status": "current", "type": {"coding": [{"system": "http://loinc.org", "code": type_code}]},
        "category": [klass], "subject": subject, "date": when,
        "author": [{"reference": "#practitioner-author"}], "authenticator": {"reference": "#practitioner-author"},
        "securityLabel": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N",
                                       "display": "normal"}]}],
        "content": [{"attachment": {"contentType": content_type, "language": "fr-FR", "url": b, "size": len(data),
                                    "hash": base64.b64encode(hashlib.sha1(data).digest()).decode(), "title": title,
                                    "creation": when},
                     "format": {"system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                                "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient"}}],
        "context": {"period": {"start": when}, "sourcePatientInfo": {"reference": "#patient-source"},
                    "facilityType": {"coding": [{"system": "http://snomed.info/sct", "code": "22232009"}]},
                    "practiceSetting": {"coding": [{"system": "http://snomed.info/sct", "code": "394802001"}]}}}
    if replaces:
        doc["relatesTo"] = [{"code": "replaces", "target": {"reference": replaces}}]
    return {"resourceType": "Bundle", "type": "transaction",
            "meta": {"profile": [base + "comprehensive-provide-document-bundle"]},
            "entry": [
                {"fullUrl": s, "request": {"method": "POST", "url": "List"}, "resource": {
                    "resourceType": "List", "meta": {"profile": [base + "submissionset-comprehensive"]}, "contained": people,
                    "extension": [{"url": mhd + "designationType", "valueCodeableConcept": klass},
                                  {"url": mhd + "sourceId", "valueIdentifier": {"system": "urn:ietf:rfc:3986",
                                                                                "value": "urn:oid:1.2.250.1.999.1"}},
                                  {"url": mhd + "sourcePatientId", "valueReference": {"reference": "#patient-source"}}],
                    "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986",
                                    "value": "urn:oid:2.25." + str(uuid.uuid4().int)}],
                    "status": "current", "mode": "working",
                    "code": {"coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes",
                                         "code": "submissionset"}]},
                    "subject": subject, "date": when, "source": {"reference": "#practitioner-author"},
                    "entry": [{"item": {"reference": d}}]}},
                {"fullUrl": d, "request": {"method": "POST", "url": "DocumentReference"}, "resource": doc},
                {"fullUrl": b, "request": {"method": "POST", "url": "Binary"}, "resource": {
                    "resourceType": "Binary", "contentType": content_type, "data": base64.b64encode(data).decode()}}]}


def dumps(o):
    return json.dumps(o, separators=(",", ":")).encode()


def new_id(reply):
    status, head, body = reply
    if not 200 <= status < 300:
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")
    if body:
        try:
            return json.loads(body)["id"]
        except (ValueError, KeyError):
            pass
    part = head["location"].split("/_history")[0]
    return part.rsplit("/", 1)[1]


# ---------------------------------------------------------------- workloads
async def op_create(c, st, a, rnd):
    data = pdf(a.pdf_bytes)
    if a.binary_mode == "raw":
        r = await c.call("POST", "Binary", data, "application/pdf")
    else:
        r = await c.call("POST", "Binary", dumps({"resourceType": "Binary", "contentType": "application/pdf",
                                                  "data": base64.b64encode(data).decode()}))
    bid = new_id(r)
    p = "Patient/" + rnd.choice(st["write_patients"])
    new_id(await c.call("POST", "DocumentReference", dumps(document_reference(p, "Binary/" + bid, data))))


async def op_bundle(c, st, a, rnd):
    p = rnd.choice(st["write_patients"])
    b = pdsm_bundle(p, pdf(a.pdf_bytes)) if "|" in p else provide_bundle("Patient/" + p, pdf(a.pdf_bytes))
    status, _, body = await c.call("POST", "", dumps(b))
    if status not in (200, 201):
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")
    kinds = [e["response"]["status"][:3] for e in json.loads(body)["entry"]]
    if kinds != ["201"] * 3:
        raise RuntimeError(f"transaction entries: {kinds}")


async def op_read(c, st, a, rnd):
    status, _, body = await c.call("GET", "DocumentReference/" + rnd.choice(st["docs"]))
    if status != 200:
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")


async def op_binary(c, st, a, rnd):
    status, _, body = await c.call("GET", "Binary/" + rnd.choice(st["binaries"]), accept="application/pdf")
    if status != 200 or len(body) < 1000:
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")


def query(st, a, rnd, extra):
    return "DocumentReference?" + urlencode(
        {a.patient_param: a.patient_prefix + rnd.choice(st["patients"]), "status": "current", **extra}, safe="/:|")


async def op_search(c, st, a, rnd):
    status, _, body = await c.call("GET", query(st, a, rnd, {"_count": "50"}))
    if status != 200:
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")
    n = body.count(b'"masterIdentifier"')       # cheap count: one per returned document
    if n != st["docs_per_patient"]:
        raise RuntimeError(f"{n} entries, expected {st['docs_per_patient']}")


async def op_count(c, st, a, rnd):
    status, _, body = await c.call("GET", query(st, a, rnd, {"_summary": "count"}))
    if status != 200 or json.loads(body).get("total") != st["docs_per_patient"]:
        raise RuntimeError(f"HTTP {status}: {body[:300]!r}")


OPS = {"create": op_create, "bundle": op_bundle, "read": op_read, "binary": op_binary,
       "search": op_search, "count": op_count}


# ---------------------------------------------------------------- running
def pct(xs, q):
    return xs[min(len(xs) - 1, int(len(xs) * q))] if xs else None


async def measure(name, n, st, a, headers):
    op, lats, errs, rates, ccpu, wall_total = OPS[name], [], [], [], 0.0, 0.0
    others, noisy, used = [], [], dict.fromkeys(a.groups, (0.0, 0.0))
    clients = [Client(a.base, headers, a.timeout) for _ in range(n)]

    async def worker(c, until, sink, seed):
        rnd = random.Random(seed)
        while (t := time.perf_counter()) < until:
            try:
                await op(c, st, a, rnd)
                if sink is not None:
                    sink.append(time.perf_counter() - t)
            except Exception as e:  # noqa: BLE001 - counted, shown, never hidden
                errs.append(f"{type(e).__name__}: {e}"[:300])
                if len(errs) > 50:
                    return

    until = time.perf_counter() + a.warmup
    await asyncio.gather(*(worker(c, until, None, i) for i, c in enumerate(clients)))
    warm_errs, rep = len(errs), 0
    while len(rates) < a.repeats:
        rep += 1
        sink, c0, s0, b0 = [], time.process_time(), processes.spent(a.groups), processes.machine()
        t0 = time.perf_counter()
        await asyncio.gather(*(worker(c, t0 + a.seconds, sink, 1000 * rep + i) for i, c in enumerate(clients)))
        wall = time.perf_counter() - t0
        mine, theirs = time.process_time() - c0, processes.since(s0, processes.spent(a.groups))
        other = (processes.machine() - b0 - mine - processes.total(theirs)) / wall if a.groups else None
        if a.groups and other > a.quiet and len(noisy) < a.max_noisy:
            noisy.append([round(len(sink) / wall, 1), round(other, 2)])  # someone else used the machine: once more
            continue
        others.append(other)
        ccpu += mine
        used = {k: (used[k][0] + own, used[k][1] + kernel) for k, (own, kernel) in theirs.items()}
        wall_total += wall
        rates.append(len(sink) / wall)
        lats += sink
    for c in clients:
        c.close()
    lats.sort()

    def ms(x):
        return None if x is None else round(x * 1000, 2)

    counted = a.groups and lats
    per_op = {k: [round(1000 * x / len(lats), 3) for x in both] for k, both in used.items()} if counted else None
    return {
        "workload": name, "clients": n, "operations": len(lats), "errors": len(errs), "errors_in_warmup": warm_errs,
        "ops_per_s": round(statistics.median(rates), 1), "ops_per_s_all": [round(r, 1) for r in rates],
        "p50_ms": ms(pct(lats, .5)), "p95_ms": ms(pct(lats, .95)), "p99_ms": ms(pct(lats, .99)),
        "max_ms": ms(lats[-1] if lats else None),
        "client_cores": round(ccpu / wall_total, 2) if wall_total else None,
        "cpu_ms_per_op": per_op,  # by process: [in the program, in the kernel]
        "other_cores": [round(o, 2) for o in others] if a.groups else None, "noisy_repeats_dropped": noisy,
        "load": processes.load(), "first_error": errs[0] if errs else None,
    }


async def auth(a):
    headers = dict(h.split(":", 1) for h in a.header)
    headers = {k.strip(): v.strip() for k, v in headers.items()}
    if a.token_url:
        c = Client(a.token_url, {}, a.timeout)
        body = urlencode({"grant_type": "client_credentials", "client_id": a.client_id, "client_secret": a.client_secret})
        status, _, reply = await c.call("POST", "", body.encode(), "application/x-www-form-urlencoded", "application/json")
        if status != 200:
            sys.exit(f"token: HTTP {status} {reply[:300]!r}")
        headers["Authorization"] = "Bearer " + json.loads(reply)["access_token"]
        c.close()
    return headers


async def setup(a):
    headers = await auth(a)
    c = Client(a.base, headers, a.timeout)
    t0 = time.perf_counter()

    async def patient(i):
        return new_id(await c.call("POST", "Patient", dumps({
            "resourceType": "Patient", "active": True, "gender": "female", "birthDate": f"19{40 + i % 60}-05-17",
            "identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.10", "value": f"2{uuid.uuid4().int % 10**14:014d}"}],
            "name": [{"family": f"Essai{i}", "given": ["Camille"]}]})))

    if a.identifiers:
        return await setup_existing(a, c, headers, t0)
    pats = [await patient(i) for i in range(a.patients)]
    writers = [await patient(1000 + i) for i in range(a.write_patients)]
    docs, binaries = [], []
    if a.make_binaries:
        for _ in range(5):
            data = pdf(a.pdf_bytes)
            if a.binary_mode == "raw":
                r = await c.call("POST", "Binary", data, "application/pdf")
            else:
                r = await c.call("POST", "Binary", dumps({"resourceType": "Binary", "contentType": "application/pdf",
                                                          "data": base64.b64encode(data).decode()}))
            binaries.append(new_id(r))
    url = "Binary/" + (binaries[0] if binaries else "none")

    async def fill(c, mine):
        for p in mine:
            for _ in range(a.docs):
                docs.append(new_id(await c.call("POST", "DocumentReference",
                                                dumps(document_reference("Patient/" + p, url, b"x" * 50)))))
    lanes = [Client(a.base, headers, a.timeout) for _ in range(8)]
    await asyncio.gather(*(fill(lane, pats[i::8]) for i, lane in enumerate(lanes)))
    Path(a.state).write_text(json.dumps(
        {"patients": pats, "write_patients": writers, "docs": docs, "binaries": binaries, "docs_per_patient": a.docs}))
    print(json.dumps({"patients": len(pats), "docs": len(docs), "seconds": round(time.perf_counter() - t0, 1)}))
    return None


async def setup_existing(a, c, headers, t0):
    """As setup, on usagers that the server already has: documents are filed by ITI-65, ids read from its answer."""
    known = Path(a.identifiers).read_text().split()
    readers, writers = known[:a.patients], known[a.patients:] or known[:a.patients]
    pats, docs, binaries = [], [], []
    for i in readers:
        status, _, body = await c.call("GET", "Patient?" + urlencode({"identifier": "urn:oid:" + i}, safe=":|"))
        entry = json.loads(body).get("entry", []) if status == 200 else []
        if not entry:
            sys.exit(f"Patient?identifier={i}: HTTP {status} {body[:300]!r}")
        pats.append(entry[0]["resource"]["id"])

    async def fill(lane, mine):
        for i in mine:
            for _ in range(a.docs):
                status, _, body = await lane.call("POST", "", dumps(pdsm_bundle(i, pdf(a.pdf_bytes))))
                if status not in (200, 201):
                    sys.exit(f"ITI-65: HTTP {status} {body[:500]!r}")
                where = [e["response"].get("location", "").split("/_history")[0] for e in json.loads(body)["entry"]]
                docs.append(where[1].rsplit("/", 1)[-1])
                binaries.append(where[2].rsplit("/", 1)[-1])
    lanes = [Client(a.base, headers, a.timeout) for _ in range(8)]
    await asyncio.gather(*(fill(lane, readers[i::8]) for i, lane in enumerate(lanes)))
    Path(a.state).write_text(json.dumps(
        {"patients": pats, "write_patients": writers, "docs": docs, "binaries": binaries, "docs_per_patient": a.docs}))
    print(json.dumps({"patients": len(pats), "docs": len(docs), "seconds": round(time.perf_counter() - t0, 1)}))


async def run(a):
    headers, st = await auth(a), json.loads(Path(a.state).read_text())
    out = {"base": a.base, "label": a.label, "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
           "seconds": a.seconds, "repeats": a.repeats, "pdf_bytes": a.pdf_bytes, "load1_at_start": os.getloadavg()[0],
           "results": []}
    for name in a.workloads.split(","):
        for n in (int(x) for x in a.clients.split(",")):
            r = await measure(name, n, st, a, headers)
            out["results"].append(r)
            print(f"{a.label} {name:7s} c={n:<3d} {r['ops_per_s']:>8} op/s  p50 {r['p50_ms']} ms  p99 {r['p99_ms']} ms  "
                  f"errors {r['errors']}  cores: client {r['client_cores']} other {r['other_cores']}  "
                  f"CPU ms/op {r['cpu_ms_per_op']}  dropped {len(r['noisy_repeats_dropped'])}  {r['first_error'] or ''}",
                  file=sys.stderr, flush=True)
    print(json.dumps(out, indent=1))
    if any(r["errors"] for r in out["results"]):
        sys.exit(1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("verb", choices=["setup", "run"])
    p.add_argument("--base", required=True)
    p.add_argument("--state", required=True)
    p.add_argument("--label", default="")
    p.add_argument("--header", action="append", default=[])
    p.add_argument("--token-url")
    p.add_argument("--client-id")
    p.add_argument("--client-secret")
    p.add_argument("--patients", type=int, default=20)
    p.add_argument("--write-patients", type=int, default=200)
    p.add_argument("--docs", type=int, default=50)
    p.add_argument("--identifiers", default="", help="file of existing usagers, one oid|matricule a line")
    p.add_argument("--no-binaries", dest="make_binaries", action="store_false")
    p.add_argument("--binary-mode", choices=["raw", "resource"], default="raw")
    p.add_argument("--patient-param", default="patient")
    p.add_argument("--patient-prefix", default="Patient/")
    p.add_argument("--pdf-bytes", type=int, default=50_000)
    p.add_argument("--workloads", default="create,bundle,read,search")
    p.add_argument("--clients", default="1,8,32")
    p.add_argument("--seconds", type=float, default=5.0)
    p.add_argument("--warmup", type=float, default=2.0)
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--timeout", type=float, default=60.0)
    p.add_argument("--pids", default="", help="name=pid,… of the server (children included), for CPU times")
    p.add_argument("--quiet", type=float, default=0.5,
                   help="with --pids: a repeat in which other programs used more cores than this is run again")
    p.add_argument("--max-noisy", type=int, default=2, help="at most this many dropped repeats a figure")
    a = p.parse_args()
    a.groups = processes.groups_of(a.pids)
    host = urlsplit(a.base).hostname
    if host not in ("127.0.0.1", "localhost", "::1"):
        sys.exit("loopback only")
    try:
        import uvloop
        uvloop.install()
    except ImportError:
        pass
    asyncio.run(setup(a) if a.verb == "setup" else run(a))


if __name__ == "__main__":
    main()
