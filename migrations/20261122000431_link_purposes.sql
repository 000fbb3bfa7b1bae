-- migrate:up
-- What a link in a mail is for: '' answers a meeting, 'reminder' snoozes or ends a reminder, 'proposal:<key>' answers a
-- proposal of another time.
ALTER TABLE answer_link ADD COLUMN purpose text NOT NULL DEFAULT '';
ALTER TABLE answer_link DROP CONSTRAINT answer_link_pkey;
ALTER TABLE answer_link ADD PRIMARY KEY (tenant_id, stream_id, recurrence_id, purpose);

-- migrate:down
DELETE FROM answer_link WHERE purpose <> '';
ALTER TABLE answer_link DROP CONSTRAINT answer_link_pkey;
ALTER TABLE answer_link ADD PRIMARY KEY (tenant_id, stream_id, recurrence_id);
ALTER TABLE answer_link DROP COLUMN purpose;
