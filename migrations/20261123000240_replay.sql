-- migrate:up
-- Replays of the log (ADR 75). The rows of a replay are deleted when it is complete; those of a replay that was killed
-- stay, and `--resume` goes on with them. ``what``: whether it corrects or compares, and which projections.
CREATE TABLE replay_run (
    run_id     uuid PRIMARY KEY,
    what       text        NOT NULL,
    season     integer     NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);

-- The accounts with ids in (low, high], which are replayed together. ``events``: how many the plan counted.
CREATE TABLE replay_part (
    run_id  uuid    NOT NULL REFERENCES replay_run ON DELETE CASCADE,
    part    integer NOT NULL,
    low     uuid    NOT NULL,
    high    uuid    NOT NULL,
    events  bigint  NOT NULL,
    done_at timestamptz,
    result  jsonb,
    PRIMARY KEY (run_id, part)
);
CREATE INDEX replay_part_open ON replay_part (run_id, part) WHERE done_at IS NULL;

-- The findings of a replay that is not complete: rows that differed, and accounts that could not be replayed.
CREATE TABLE replay_finding (
    tenant_id uuid    NOT NULL,
    run_id    uuid    NOT NULL REFERENCES replay_run ON DELETE CASCADE,
    finding   bigint  GENERATED ALWAYS AS IDENTITY,
    value     jsonb   NOT NULL,
    PRIMARY KEY (tenant_id, run_id, finding)
);
CREATE INDEX replay_finding_run ON replay_finding (run_id);

-- migrate:down
DROP TABLE replay_finding, replay_part, replay_run;
