-- migrate:up

-- A message that a person cannot get because of something that a person chose, such as blocking the bot. The operator
-- has nothing to do about it.
ALTER TABLE outbox
    DROP CONSTRAINT outbox_state_check,
    ADD CONSTRAINT outbox_state_check
        CHECK (state IN ('pending', 'processing', 'completed', 'failed', 'undeliverable'));

-- Messages to chats that ended so before this state was known.
UPDATE outbox SET state = 'undeliverable'
WHERE state = 'failed'
    AND last_error IN ('the account is gone', 'the person has blocked the bot', 'the person never wrote to the bot');

-- migrate:down

UPDATE outbox SET state = 'failed' WHERE state = 'undeliverable';
ALTER TABLE outbox
    DROP CONSTRAINT outbox_state_check,
    ADD CONSTRAINT outbox_state_check CHECK (state IN ('pending', 'processing', 'completed', 'failed'));
