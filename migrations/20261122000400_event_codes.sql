-- migrate:up
-- The code by which people name an event comes from its UID, so that everybody in a meeting says the same one.
CREATE FUNCTION event_code(uid text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN left(encode(sha256(convert_to(uid, 'UTF8')), 'hex'), 16);
CREATE INDEX resource_code ON resource (event_code(uid) COLLATE "C", tenant_id) WHERE component = 'VEVENT' AND NOT deleted;

-- migrate:down
DROP INDEX resource_code;
DROP FUNCTION event_code(text);
