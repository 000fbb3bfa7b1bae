"""The keys of persons in files of their own, apart from the facts, wrapped with a master key."""
