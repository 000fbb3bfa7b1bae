-- migrate:up
-- When an object happens (ADR 0015), for time ranges and free/busy. ``firm``: certain. ``floats``: on the clock of any
-- zone (written as if in UTC). ``loose``: possible. ``days``: the days of the year on which a series can happen.
ALTER TABLE resource
    ADD COLUMN firm   tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN floats tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN loose  tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN fbtype text,
    ADD COLUMN days   int4range;
-- Existing rows are right but slow, because their texts are read. `televent rebuild dav_index` indexes them like new
-- ones.
UPDATE resource SET loose = tstzmultirange(span), days = '[1,366]' WHERE span IS NOT NULL;
DROP INDEX resource_span;
CREATE INDEX resource_span ON resource USING gist (calendar_id, span, days) WHERE span IS NOT NULL;

-- migrate:down
DROP INDEX resource_span;
ALTER TABLE resource DROP COLUMN firm, DROP COLUMN floats, DROP COLUMN loose, DROP COLUMN fbtype, DROP COLUMN days;
CREATE INDEX resource_span ON resource USING gist (calendar_id, span) WHERE span IS NOT NULL;
