-- migrate:up
-- The times of an object, for time ranges and free/busy (ADR 0015). ``firm`` for certain, ``floats`` on whatever
-- clock (written as if in UTC), ``loose`` perhaps; ``days`` the season that a series keeps to.
ALTER TABLE resource
    ADD COLUMN firm   tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN floats tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN loose  tstzmultirange NOT NULL DEFAULT '{}',
    ADD COLUMN fbtype text,
    ADD COLUMN days   int4range;
-- Existing rows are right but slow: their texts are read. `televent rebuild dav_index` makes them like new ones.
UPDATE resource SET loose = tstzmultirange(span), days = '[1,366]' WHERE span IS NOT NULL;
DROP INDEX resource_span;
CREATE INDEX resource_span ON resource USING gist (calendar_id, span, days) WHERE span IS NOT NULL;

-- migrate:down
DROP INDEX resource_span;
ALTER TABLE resource DROP COLUMN firm, DROP COLUMN floats, DROP COLUMN loose, DROP COLUMN fbtype, DROP COLUMN days;
CREATE INDEX resource_span ON resource USING gist (calendar_id, span) WHERE span IS NOT NULL;
