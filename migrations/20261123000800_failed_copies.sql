-- migrate:up
-- ``failed``: a copy could not be changed in this pass. ``whole``: this pass looks at all copies, and not only at those
-- that changed since the first pass began.
ALTER TABLE erased_person ADD COLUMN failed boolean NOT NULL DEFAULT false;
ALTER TABLE erased_person ADD COLUMN whole boolean NOT NULL DEFAULT true;

-- migrate:down
ALTER TABLE erased_person DROP COLUMN failed, DROP COLUMN whole;
