"""Whoever opposed, then activated, changed their mind: the figures of the days before this one say it too."""

from django.db import migrations

from ens.persistence import schema

# On the day they did, in the lot of their notice. What ``daily`` did not count yet, it will.
COUNTED = """
INSERT INTO enrolment_daily AS kept (day, lot_id, changed_mind)
SELECT * FROM (
    SELECT (done.at AT TIME ZONE 'Europe/Paris')::date AS day,
           coalesce(notice.lot_id, '00000000-0000-0000-0000-000000000000'::uuid) AS lot, count(*) AS people
    FROM (
        SELECT activated.usager_id, min(activated.rank) AS rank
        FROM (SELECT usager_id, min(rank) AS rank FROM enrolment_event WHERE kind = 'opposed' GROUP BY usager_id) opposed
        JOIN enrolment_event activated USING (usager_id)
        WHERE activated.kind = 'activated' AND activated.rank > opposed.rank GROUP BY activated.usager_id
    ) turned
    JOIN enrolment_event done ON done.usager_id = turned.usager_id AND done.rank = turned.rank
    JOIN LATERAL (
        SELECT lot_id FROM enrolment_event noticed
        WHERE noticed.usager_id = turned.usager_id AND noticed.kind = 'noticed' AND noticed.rank < turned.rank
        ORDER BY noticed.rank DESC LIMIT 1
    ) notice ON true
    WHERE NOT EXISTS (SELECT 1 FROM enrolment_event said WHERE said.usager_id = turned.usager_id
                      AND said.kind = 'changed_mind' AND said.rank < turned.rank)
      AND NOT EXISTS (SELECT 1 FROM enrolment_moved waiting
                      WHERE waiting.usager_id = turned.usager_id AND waiting.rank = turned.rank)
    GROUP BY 1, 2 ORDER BY 1, 2
) AS found
ON CONFLICT (day, lot_id) DO UPDATE SET changed_mind = coalesce(kept.changed_mind, 0) + EXCLUDED.changed_mind
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0010_lots_taken_whole")]

    operations = [schema.sql(COUNTED)]
