"""The control API: people, their acts, groups and trouble, as JSON."""

from televent.adapters.sandbox.people.routes import acts, chats, groups, people, trouble

ROUTES = [*people.ROUTES, *chats.ROUTES, *acts.ROUTES, *groups.ROUTES, *trouble.ROUTES]
