-- migrate:up
-- The format in which the facts of this database are stored. A database that has facts and no number has format 1,
-- which no program reads any more. An empty database gets the current format.
ALTER TABLE shard ADD COLUMN store_format integer;
UPDATE shard SET store_format = CASE WHEN EXISTS (SELECT FROM event) THEN 1 ELSE 2 END;
ALTER TABLE shard ALTER COLUMN store_format SET NOT NULL;

-- migrate:down
ALTER TABLE shard DROP COLUMN store_format;
