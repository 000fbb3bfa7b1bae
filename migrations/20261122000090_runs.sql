-- migrate:up
-- A run: the changes that one counter got in one start of PostgreSQL. Sync tokens name it (ADR 6). The counter is that of
-- a calendar (counter_id: calendar_id) or that of a sharee's own data (counter_id: share_id).
CREATE TABLE counter_run (
    tenant_id  uuid   NOT NULL,
    counter_id uuid   NOT NULL,
    first_seq  bigint NOT NULL,
    run        text   NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, first_seq)
);

-- ``run``: the newest run. ``began``: its first number. ``seal``: a hash of the start of PostgreSQL and of the transaction
-- that counted last; where it is another one, the next change begins a run.
ALTER TABLE calendar ADD COLUMN run text NOT NULL DEFAULT '000000000000', ADD COLUMN began bigint NOT NULL DEFAULT 0,
    ADD COLUMN seal bigint;
ALTER TABLE mount ADD COLUMN run text NOT NULL DEFAULT '000000000000', ADD COLUMN began bigint NOT NULL DEFAULT 0,
    ADD COLUMN seal bigint;

-- A calendar's tokens stay valid: they named these digits of the incarnation.
UPDATE calendar SET run = (SELECT right(incarnation::text, 12) FROM shard) WHERE seq > 0;
UPDATE mount SET run = (SELECT right(incarnation::text, 12) FROM shard) WHERE seq > 0;
INSERT INTO counter_run SELECT tenant_id, calendar_id, began, run FROM calendar WHERE seq > 0;
INSERT INTO counter_run SELECT tenant_id, share_id, began, run FROM mount WHERE seq > 0;
ALTER TABLE shard DROP COLUMN incarnation, DROP COLUMN witness;

-- migrate:down
ALTER TABLE shard ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN witness text;
ALTER TABLE mount DROP COLUMN run, DROP COLUMN began, DROP COLUMN seal;
ALTER TABLE calendar DROP COLUMN run, DROP COLUMN began, DROP COLUMN seal;
DROP TABLE counter_run;
