-- migrate:up

-- The index of words was made again without its list of pending entries (20261125001203), which takes most of the WAL of
-- new words off the writers (ADR 104).
ALTER INDEX search_entry_words SET (fastupdate = on, gin_pending_list_limit = 64);

-- migrate:down

ALTER INDEX search_entry_words SET (fastupdate = off);
ALTER INDEX search_entry_words RESET (gin_pending_list_limit);
SELECT gin_clean_pending_list('search_entry_words');
