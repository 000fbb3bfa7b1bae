-- migrate:up

-- Messages for many people at one time, such as the daily digest (application.messages.catalogue.MASS). A worker claims
-- the others first. A row of an earlier version says false: it waits in the order of its time, as before.
ALTER TABLE outbox ADD COLUMN mass boolean NOT NULL DEFAULT false;
UPDATE outbox SET mass = true WHERE state = 'pending' AND kind IN ('digest_due/1', 'digest_mail/1');
CREATE INDEX outbox_due_by_class ON outbox (mass, due_at) WHERE state IN ('pending', 'processing');
DROP INDEX outbox_due;

-- migrate:down

CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('pending', 'processing');
DROP INDEX outbox_due_by_class;
ALTER TABLE outbox DROP COLUMN mass;
