"""Controllers of live changes, webhooks, feeds and subscriptions."""
