-- migrate:up
-- The live stream of an account reads on from a position (ADR 87). By position alone it would read everybody's facts.
CREATE INDEX event_tenant_position ON event (tenant_id, position);

-- migrate:down
DROP INDEX event_tenant_position;
