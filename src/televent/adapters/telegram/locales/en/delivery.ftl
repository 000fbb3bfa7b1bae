guest-unreachable = 🔕 { $name } did not get the invitation to “{ $title }”: Telegram takes no messages from me for them. Please tell them in another way.
