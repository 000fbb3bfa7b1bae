guest-mail-unreachable = 🔕 { $name } did not get the invitation to “{ $title }”: their mail server says that nobody has this address. Please tell them in another way.
guest-unreachable = 🔕 { $name } did not get the invitation to “{ $title }”: Telegram takes no messages from me for them. Please tell them in another way.
