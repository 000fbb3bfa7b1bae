-- migrate:up
-- Keys may be kept apart from the database (ADR 77): then key is NULL, and print is the start of the key's SHA-256.
-- A destroyed key has destroyed_at; its print is empty until it is destroyed apart too, and NULL from then on.
ALTER TABLE subject_key ADD COLUMN print bytea;
CREATE INDEX subject_key_to_shred ON subject_key (subject_id) WHERE destroyed_at IS NOT NULL AND print IS NOT NULL;
CREATE INDEX subject_key_to_move ON subject_key (subject_id) WHERE key IS NOT NULL;

-- migrate:down
DO $$ BEGIN
    IF EXISTS (SELECT FROM subject_key WHERE key IS NULL AND destroyed_at IS NULL) THEN
        RAISE EXCEPTION 'keys of persons are kept apart from this database: an older program could read nothing';
    END IF;
END $$;
DROP INDEX subject_key_to_move, subject_key_to_shred;
ALTER TABLE subject_key DROP COLUMN print;
