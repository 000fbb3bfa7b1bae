-- migrate:up
-- The Merkle tree of the log (ADR 71). The tree of the events up to ``position``, in the order of their positions.
CREATE TABLE log_tree (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    size     bigint  NOT NULL DEFAULT 0,
    position bigint  NOT NULL DEFAULT 0
);
INSERT INTO log_tree DEFAULT VALUES;

-- 256 hashes of one level; fewer in the last tile of a level. ``positions``: the events of a tile of level 0.
CREATE TABLE log_tile (
    level     smallint NOT NULL,
    tile      bigint   NOT NULL,
    hashes    bytea    NOT NULL,
    positions bigint[] NOT NULL,
    PRIMARY KEY (level, tile)
);
-- Hashes are random: compression costs time and saves nothing.
ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE INDEX log_tile_position ON log_tile ((positions[1])) WHERE level = 0;

-- The signed heads of the tree, as they were published.
CREATE TABLE log_head (
    size    bigint      PRIMARY KEY,
    note    text        NOT NULL,
    made_at timestamptz NOT NULL
);

-- migrate:down
DROP TABLE log_head, log_tile, log_tree;
