-- migrate:up
-- Since when a copy of an event has been here: its reminders from then on are told, also where it is changed before a
-- worker has planned any of them (ADR 49).
ALTER TABLE reminder ADD COLUMN known_since timestamptz;
UPDATE reminder SET known_since = changed_at;
ALTER TABLE reminder ALTER COLUMN known_since SET NOT NULL;

-- migrate:down
ALTER TABLE reminder DROP COLUMN known_since;
