-- migrate:up

-- New words go to a list of pending entries first, which takes a tenth of the WAL: the entries of many events are moved
-- into the index together. A search reads the list, so it has the least size that PostgreSQL knows (ADR 104).
ALTER INDEX search_entry_words SET (fastupdate = on, gin_pending_list_limit = 64);

-- migrate:down

ALTER INDEX search_entry_words SET (fastupdate = off);
ALTER INDEX search_entry_words RESET (gin_pending_list_limit);
SELECT gin_clean_pending_list('search_entry_words');
