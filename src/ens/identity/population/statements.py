"""The set-wise statements of an import, run as ``ens_batch``. A part is a few consecutive chunks."""

# Of a matricule given twice, the first line counts.
DOUBLES = """
INSERT INTO identity_import_remark (chunk, line, code, detail, refused)
SELECT chunk, line, 'matricule_en_double', first::text, true
FROM (SELECT chunk, line, min(line) OVER (PARTITION BY digest) AS first FROM identity_import_read
      WHERE digest IN (SELECT digest FROM identity_import_read GROUP BY digest HAVING count(*) > 1)) AS same
WHERE line > first
"""

# Known under another of their numbers: not to be registered under this one before somebody looks.
KNOWN_BY_ANOTHER = """
INSERT INTO identity_import_held (line)
SELECT DISTINCT o.line FROM identity_import_matricule o JOIN identity_matriculelookup k ON k.digest = o.digest
WHERE NOT EXISTS (SELECT 1 FROM identity_matriculelookup m WHERE m.digest = o.main)
ON CONFLICT DO NOTHING
"""
REFUSED_DOUBLES = """
INSERT INTO identity_import_held (line)
SELECT line FROM identity_import_remark WHERE code = 'matricule_en_double' ON CONFLICT DO NOTHING
"""

_PART = "r.chunk BETWEEN %(first)s AND %(last)s"
_ELIGIBLE = f"{_PART} AND NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = r.line)"  # noqa: S608 - same

# When everyone of a part is new, as in a first import: plain rows, at half the price of ON CONFLICT. The first number
# already there stops it, and REGISTER does the part.
_PEOPLE = """
    INSERT INTO identity_usager (usager_id, sealed_traits, identity_status, registered_at, lot_id, own_key, declared,
                                 departement, channels, adult_on, died_on, legacy_dmp)
    SELECT r.usager_id, r.sealed, r.identity_status, %(now)s, %(lot)s, false, r.declared,
           r.departement, r.channels, r.adult_on, r.died_on, r.legacy_dmp
    FROM identity_import_read r
"""
ALL_NEW = f"""
INSERT INTO identity_matriculelookup (digest, usager_id, oid, since)
SELECT r.digest, r.usager_id, r.oid, %(now)s FROM identity_import_read r WHERE {_ELIGIBLE} ORDER BY r.digest
"""  # noqa: S608 - our own constants
ALL_PEOPLE = f"{_PEOPLE} WHERE {_ELIGIBLE}"
ALL_TRAITS = f"""
INSERT INTO identity_traitslookup (digest, usager_id)
SELECT DISTINCT ON (r.traits) r.traits, r.usager_id FROM identity_import_read r
WHERE {_ELIGIBLE} AND NOT EXISTS (SELECT 1 FROM identity_traitslookup t WHERE t.digest = r.traits)
ORDER BY r.traits, r.line
"""  # noqa: S608 - our own constants
ALL_DOUBTFUL = f"""
SELECT r.usager_id FROM identity_import_read r JOIN identity_traitslookup t ON t.digest = r.traits
WHERE {_ELIGIBLE} AND t.usager_id <> r.usager_id
"""  # noqa: S608 - our own constants

# New people: the look-up decides who is new, even between two imports or an import and a registration.
REGISTER = f"""
WITH fresh AS (
    INSERT INTO identity_matriculelookup (digest, usager_id, oid, since)
    SELECT r.digest, r.usager_id, r.oid, %(now)s FROM identity_import_read r WHERE {_ELIGIBLE} ORDER BY r.digest
    ON CONFLICT (digest) DO NOTHING RETURNING usager_id
), people AS (
    {_PEOPLE} JOIN fresh USING (usager_id) WHERE {_PART}
), firsts AS (
    INSERT INTO identity_traitslookup (digest, usager_id)
    SELECT r.traits, r.usager_id FROM identity_import_read r JOIN fresh USING (usager_id) WHERE {_PART}
    ORDER BY r.traits
    ON CONFLICT (digest) DO NOTHING RETURNING usager_id
)
SELECT (SELECT count(*) FROM fresh), ARRAY(SELECT usager_id FROM fresh EXCEPT ALL SELECT usager_id FROM firsts)
"""  # noqa: S608 - our own constants

MOVED = "SELECT bool_and(moved) FROM identity_import_chunk WHERE number BETWEEN %(first)s AND %(last)s"
MARK_MOVED = "UPDATE identity_import_chunk SET moved = true WHERE number BETWEEN %(first)s AND %(last)s"
ELIGIBLE = f"SELECT count(*) FROM identity_import_read r WHERE {_ELIGIBLE}"  # noqa: S608 - our own constants

SAME_TRAITS = f"""
WITH doubts AS (
    INSERT INTO identity_doubt (id, kind, usager_id, other_id, lot_id, line, since, decision, decided_by)
    SELECT gen_random_uuid(), 'doublon_possible', r.usager_id, t.usager_id, %(lot)s, r.line, %(now)s, '', ''
    FROM identity_import_read r JOIN identity_traitslookup t ON t.digest = r.traits
    WHERE {_PART} AND r.usager_id = ANY(%(doubtful)s) AND t.usager_id <> r.usager_id RETURNING line
)
INSERT INTO identity_import_remark (chunk, line, code, detail, refused)
SELECT %(first)s, line, 'doublon_possible', '', false FROM doubts
"""  # noqa: S608 - our own constants

# People already there whose line says something else than the last time.
CHANGED = f"""
INSERT INTO identity_import_change (line, candidate, usager_id)
SELECT r.line, r.usager_id, k.usager_id
FROM identity_import_read r
JOIN identity_matriculelookup k ON k.digest = r.digest
JOIN identity_population p ON p.usager_id = k.usager_id
WHERE {_ELIGIBLE} AND k.usager_id <> r.usager_id AND p.declared IS DISTINCT FROM r.declared
ON CONFLICT (line) DO NOTHING
"""  # noqa: S608 - our own constants
CHANGED_BY_ANOTHER = f"""
INSERT INTO identity_import_change (line, candidate, usager_id)
SELECT DISTINCT ON (r.line) r.line, r.usager_id, k.usager_id
FROM identity_import_read r
JOIN identity_import_matricule o ON o.line = r.line
JOIN identity_matriculelookup k ON k.digest = o.digest
WHERE {_PART} AND NOT EXISTS (SELECT 1 FROM identity_import_remark d WHERE d.line = r.line AND d.refused)
  AND NOT EXISTS (SELECT 1 FROM identity_matriculelookup m WHERE m.digest = o.main)
ORDER BY r.line, k.usager_id
ON CONFLICT (line) DO NOTHING
"""  # noqa: S608 - our own constants

# The other numbers of people just registered; one that is somebody else's is for a human.
OTHERS = """
INSERT INTO identity_matriculelookup (digest, usager_id, oid, since)
SELECT o.digest, k.usager_id, o.oid, %(now)s
FROM identity_import_matricule o JOIN identity_matriculelookup k ON k.digest = o.main
WHERE NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = o.line)
  AND NOT EXISTS (SELECT 1 FROM identity_import_change c WHERE c.line = o.line)
ORDER BY o.digest
ON CONFLICT (digest) DO NOTHING
"""
OTHERS_TAKEN = """
WITH taken AS (
    SELECT DISTINCT ON (o.line) o.line, k.usager_id, t.usager_id AS other_id
    FROM identity_import_matricule o
    JOIN identity_matriculelookup k ON k.digest = o.main
    JOIN identity_matriculelookup t ON t.digest = o.digest
    WHERE t.usager_id <> k.usager_id AND NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = o.line)
    ORDER BY o.line, t.usager_id
), doubts AS (
    INSERT INTO identity_doubt (id, kind, usager_id, other_id, lot_id, line, since, decision, decided_by)
    SELECT gen_random_uuid(), 'matricule_d_un_autre', usager_id, other_id, %(lot)s, line, %(now)s, '', '' FROM taken
    ON CONFLICT DO NOTHING
)
INSERT INTO identity_import_remark (chunk, line, code, detail, refused)
SELECT 0, line, 'matricule_d_un_autre', '', false FROM taken
"""

# Each link found once, written on both sides, in the order of the key.
LINKS = """
WITH found AS MATERIALIZED (
    SELECT c.usager_id AS child, p.usager_id AS parent
    FROM identity_import_link l
    JOIN identity_matriculelookup c ON c.digest = l.child JOIN identity_matriculelookup p ON p.digest = l.representative
    WHERE NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = l.line)
)
INSERT INTO identity_representation (usager_id, id, other_id, side, since)
SELECT whose, other, other, side, %(today)s
FROM (SELECT child AS whose, parent AS other, 'representant' AS side FROM found
      UNION ALL SELECT parent, child, 'enfant' FROM found) AS both_sides
ORDER BY whose, other
ON CONFLICT DO NOTHING
"""
LINKS_UNKNOWN = """
INSERT INTO identity_import_remark (chunk, line, code, detail, refused)
SELECT 0, l.line, 'representant_inconnu', '', false FROM identity_import_link l
WHERE NOT EXISTS (SELECT 1 FROM identity_matriculelookup p WHERE p.digest = l.representative)
"""
# Told beforehand: whom the file itself would register counts as registered.
LINKS_UNKNOWN_AFTER = f"""{LINKS_UNKNOWN}
  AND NOT EXISTS (SELECT 1 FROM identity_import_read r WHERE r.digest = l.representative
                  AND NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = r.line))
  AND NOT EXISTS (SELECT 1 FROM identity_import_matricule o WHERE o.digest = l.representative
                  AND NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = o.line))
"""  # noqa: S608 - our own constants
# A changed line that names its representatives ends the links it no longer names, on both sides.
LINKS_ENDED = """
WITH gone AS (
    UPDATE identity_representation x SET until = %(today)s, id = gen_random_uuid()
    FROM identity_import_change c
    WHERE x.usager_id = c.usager_id AND x.side = 'representant' AND x.until IS NULL
      AND NOT EXISTS (SELECT 1 FROM identity_import_link l
                      JOIN identity_matriculelookup p ON p.digest = l.representative
                      WHERE l.line = c.line AND p.usager_id = x.other_id)
    RETURNING x.usager_id, x.other_id
)
UPDATE identity_representation y SET until = %(today)s, id = gen_random_uuid() FROM gone
WHERE y.usager_id = gone.other_id AND y.other_id = gone.usager_id AND y.side = 'enfant' AND y.until IS NULL
"""
DOCTORS_UNKNOWN = """
INSERT INTO identity_import_remark (chunk, line, code, detail, refused)
SELECT r.chunk, r.line, 'medecin_traitant_inconnu', '', false FROM identity_import_read r
WHERE r.doctor IS NOT NULL AND NOT EXISTS (SELECT 1 FROM identity_professional p WHERE p.rpps = r.doctor AND p.active)
  AND NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = r.line)
"""

# What a dry run tells instead of doing.
WOULD_REGISTER = """
SELECT count(*) FROM identity_import_read r
WHERE NOT EXISTS (SELECT 1 FROM identity_import_held h WHERE h.line = r.line)
  AND NOT EXISTS (SELECT 1 FROM identity_matriculelookup k WHERE k.digest = r.digest)
"""
STAGING = (
    "identity_import_read",
    "identity_import_matricule",
    "identity_import_link",
    "identity_import_remark",
    "identity_import_held",
    "identity_import_change",
    "identity_import_chunk",
)
