settings = ⚙️ <b>Settings</b>. Tap a button to see what it is for, and to change it.
settings-name = 👤 Your name, as others see it: { $value }
settings-zone = 🌍 Time zone: { $value }
settings-language = 🗣 Language: { $value }
settings-clock = 🕐 Clock: { $value }
settings-week = 📆 The week starts on: { $value }
settings-reminders = ⏰ Reminders before an event: { $value }
settings-digest = ☀️ Plan of the day: { $value }
settings-notifications = 🔔 Messages: { $value }
settings-invites = ✉️ Invitations: { $value }
settings-quiet = 🌙 Quiet hours: { $value }
settings-app = 📱 Events with their own alarm: { $value }
settings-shared = 👥 Calendars that others share with you: { $value }
settings-profile = 🪪 Your public profile: { $value }
settings-busy = 👀 Who may ask when you are busy: { $value }
settings-addresses = 📧 Mail addresses for invitations: { $value }
settings-no-address = none yet
setting-off = off
setting-none = none
setting-at-start = at the start
setting-clock-12 = 12 hours ({ $example })
setting-clock-24 = 24 hours ({ $example })
setting-clock-usual = as usual in English ({ $example })
setting-week-usual = { $day }, as usual in English
setting-notifications-on = I write to you by myself
setting-notifications-off = I only answer you
setting-invites-on = each comes as a card
setting-invites-off = no cards, only in your calendar
setting-app-on = I remind you too
setting-app-off = only your calendar app rings
language-en = English
language-ru = Русский
setting-shared-on = in your agenda
setting-shared-off = not in your agenda
setting-profile-on = shows your name
setting-profile-off = there is none
setting-profile =
    🪪 Programs that know the number of your account can ask for your public profile. Shall it show your name? It shows nothing else.
    Now: { $value }.
setting-shared =
    👥 Others can share a calendar with you. Shall its events be in /today, /week and their pictures, with the owner’s name?
    Now: { $value }.
setting-language =
    🗣 In which language shall I write? Now: English.
    You may write to me in English and Russian at any time.
setting-clock =
    🕐 How shall I write times?
    Now: { $value }.
setting-week =
    📆 On which day does your week begin? It counts for “next week” and for the date picker.
    Now: { $value }.
setting-reminders =
    ⏰ How long before an event shall I remind you? An event with an alarm of its own reminds you at that alarm instead.
    Now: { $value }.
    A tap adds a time, or takes it away; “none” takes all away. At most five.
setting-digest =
    ☀️ Once a day I send you what is planned, and the invitations that wait for your answer. At what time?
    Now: { $value }.
setting-notifications =
    🔔 May I write to you by myself: invitations, answers of your guests, reminders, the plan of the day?
    Now: { $value }.
setting-invites =
    ✉️ When somebody invites you, I can send you a card with buttons to answer. Without it the invitation is in your calendar only; I still tell you of changes to what you have accepted.
    Now: { $value }.
setting-quiet =
    🌙 In quiet hours I write nothing by myself: it waits until they are over. Only a reminder that would then be too late, and the plan of the day, come at their time.
    Now: { $value }.
setting-app =
    📱 Some events have an alarm of their own, at which your calendar app rings. Shall I remind you of those here too? Of events without an alarm I always remind you.
    Now: { $value }.
button-settings-name = 👤 Name
button-settings-zone = 🌍 Time zone
button-settings-language = 🗣 Language
button-settings-clock = 🕐 Clock
button-settings-week = 📆 Week
button-settings-reminders = ⏰ Reminders
button-settings-digest = ☀️ Plan of the day
button-settings-notifications = 🔔 Messages
button-settings-invites = ✉️ Invitations
button-settings-quiet = 🌙 Quiet hours
button-settings-app = 📱 Own alarms
button-settings-shared = 👥 Shared
button-settings-profile = 🪪 Public profile
button-settings-busy = 👀 When I am busy
button-settings-typed = ✏️ Type another
button-back = ← Back
button-keep-so = Keep it so
ask-name = What shall I call you? At most { $most } characters.
ask-reminders = How long before an event shall I remind you? For example: 10 60, or 1 hour, or 1 day
ask-digest = At what time shall I send the plan of the day? For example: 8:30
ask-quiet = From when to when shall I be quiet? For example: 22-7
settings-usage =
    There is no setting “{ $name }”. There are: name, zone, language, clock, week, reminders, digest, notifications, invites, quiet, app, shared, profile, busy.
    For example: /settings clock 24 · /settings reminders 10 60 · /settings quiet 22-7
usage-name = A name has 1 to { $most } characters. For example: /settings name Ann
usage-language = I speak English and Russian: /settings language en, /settings language ru
usage-clock = A clock has 12 or 24 hours: /settings clock 12, /settings clock 24, /settings clock auto
usage-week = I need a weekday: /settings week monday, /settings week sunday, /settings week auto
usage-reminders = I need at most five lengths of time, each of at most four weeks: /settings reminders 10 60, /settings reminders 1h 1d, /settings reminders off
usage-digest = I need a time of day: /settings digest 8:30, /settings digest off
usage-notifications = That is on or off: /settings notifications on, /settings notifications off
usage-invites = That is on or off: /settings invites on, /settings invites off
usage-quiet = I need two different times of day: /settings quiet 22-7, /settings quiet 23:00-7:30, /settings quiet off
usage-app = That is on or off: /settings app on, /settings app off
usage-shared = That is on or off: /settings shared on, /settings shared off
usage-profile = That is on or off: /settings profile on, /settings profile off
usage-busy = /settings busy everyone|known|nobody – who may ask when you are busy (they never see your events)
busy-offer = 👀 Who may ask when you are busy: { $busy }. Nobody sees your events for it. Change it here, or later with /settings.
busy-setting =
    👀 Who may ask me when you are busy, to find a time? They see times only, never your events.
    Now: { $busy }.
button-busy-everyone = Everyone here
button-busy-known = People I know
button-busy-nobody = Nobody
busy-everyone = everyone with an account here
busy-known = those you meet with or share a calendar with
busy-nobody = nobody
busy-named = only those you named in your calendar app
addresses =
    📧 Mails for you go to the primary address. Invitations to any of these addresses, or to one with a “+” such as ann+work@example.com, arrive here. Tap one to change it.
addresses-none = 📧 You have no address yet. With one, invitations from Gmail and Outlook arrive here.
address-primary = ✓ { $address } (primary)
address-other = · { $address }
address-page =
    📧 { $address }
    After you remove it, meetings to which it was invited stay yours: their changes still arrive, and your answers go out under it. New invitations to it do not arrive.
address-preferred = Mails for you go to { $address } now.
address-removed = { $address } is removed.
address-gone = This address is not in the list any more.
ask-address = Which email address? I will send a code to it. /cancel stops.
button-settings-addresses = 📧 Mail addresses
button-address-add = ➕ Add an address
button-address-prefer = Make it primary
button-address-remove = ✖ Remove
