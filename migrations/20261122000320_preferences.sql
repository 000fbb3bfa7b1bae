-- migrate:up
-- directory (inline): what a person chose about reminders, notices and times; NULL: the defaults. A column of account,
-- because every card and every answer of the bot needs it.
ALTER TABLE account ADD COLUMN preferences jsonb;

-- migrate:down
ALTER TABLE account DROP COLUMN preferences;
