"""One event in the chat: seen, changed, moved, copied, deleted, and its history.

``scope.scoped`` asks which occurrences are meant, ``picker`` picks a time by touch; other handlers may use both.
"""
