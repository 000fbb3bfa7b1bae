"""Programs that fill the peers' stores directly, without HTTP. They run with the peers' own interpreter."""
