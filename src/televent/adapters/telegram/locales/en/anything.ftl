# Answers to messages that no other part of the bot takes; and the help.
button-dead = This button is no longer valid.
start-unknown-link = I do not know what this link should open. Perhaps it is incomplete: ask the person who gave it to you.
command-near = I do not know { $command }. Did you mean { $near }?
command-unknown = I do not know { $command }. All commands: /help
kind-text = I did not understand this. Tell me what is planned, for example “Lunch with Ann tomorrow at noon”.
kind-running = I have a question open, and this is no answer to it. To stop it: /cancel
kind-venue = I read places as words, for example “Lunch tomorrow at noon at the Corner Cafe”.
kind-sticker = Nice one! 🙂 I read text and calendar files (.ics).
kind-dice = Good luck! 🙂 I read text and calendar files (.ics).
kind-photo = I cannot read pictures yet. Please write what is planned below it, or as a text.
kind-voice = I cannot listen yet. Please write it as a text.
kind-poll = I cannot read polls. When the time is found, tell me and I enter it.
kind-document = I can read calendar files (.ics) only.
kind-other = I cannot read this. Please write it as a text.
help-button-create = 🆕 Create
help-button-look = 📅 Look
help-button-people = 👥 People
help-button-apps = 📱 Apps
help-button-settings = ⚙️ Settings
help-create =
    <b>New events</b>
    Write what is planned: “Lunch with Ann tomorrow at noon at the Corner Cafe”. I show what I read, and you tap Create.
    /create – the same, or question by question
    Forward me a message, or send a calendar file (.ics).
    Edit your message, and its preview follows.
    /cancel – stop a question
help-look =
    <b>What is planned</b>
    /today, /tomorrow, /week, /list
    /search &lt;words&gt; – find an event by its title, place, people or notes; days such as 24.12. work too
    /event &lt;event&gt; – see one, change it, move it
    /history &lt;event&gt; – what was changed
    /undo – take back a change
    /trash – deleted events
    Words without a slash work too: today, tomorrow, week.
help-people =
    <b>Other people</b>
    /invite &lt;event&gt; &lt;email or @name …&gt; – ask people to come
    /rsvp accept|decline|tentative &lt;event&gt; – answer an invitation
    /attendees &lt;event&gt; – who comes
    /freebusy [@name …] [day] [1h] – when you and others are free
    /cancel &lt;event&gt; – cancel an event; all guests hear of it
    /share &lt;calendar&gt; &lt;email or @id&gt; read|write – share a calendar
    /feeds – a calendar as a secret link, for people without an account
    &lt;event&gt; is its short code, or words of its title.
help-apps =
    <b>Calendar apps</b>
    /device add – a password for your phone or computer
    /device list, /device revoke – which there are, and take one back
    /subscribe &lt;link&gt; – show a calendar of others, such as holidays; or paste its link
help-settings =
    <b>Settings</b>
    /timezone London – your time zone; or send me your location
    /language – your language
    /settings – all other settings
    /export – your calendar as a file; /export gdpr – everything that I hold on you
    /deleteaccount – delete your account and all that is in it
bot-about = I keep your calendar: here, and in every calendar app. Write “Lunch with Ann tomorrow at noon” and I enter it, invite Ann and tell you who comes.
bot-about-short = Your calendar in Telegram and in every calendar app: write what is planned, invite people, answer invitations.
