command-export = Get your calendar as a file
export-caption = 📥 Your calendar export (import into any calendar app)
export-all-caption = 📦 Everything that I hold on you. README.txt in it says what is where. Keep it safe: it has all your events and mails.
export-empty = There is nothing to export yet: you have no events.
export-too-large = The file would have more than { $limit } MB, and Telegram takes no larger ones from me. Please ask the operator of this server for it.
export-usage =
    /export – your calendars as a file for any calendar app
    /export gdpr – everything that I hold on you
