about = This is a calendar server. Meetings that you make in Telegram are in every calendar app of yours, and people with another calendar are invited by email.
try = Try it
chat = Telegram is not connected here. On <a href="{ $chat }">the chat page</a> you talk with the bot as any of several people.
chat-there = Telegram is not connected here. A chat page replaces it. It opens only on the computer that Televent runs on: <code>{ $chat }</code>
mail = <a href="{ $mail }">The mail page</a> shows the mail that would go out.
mail-there = The mail that would go out is shown there too: <code>{ $mail }</code>
connect = Connect a calendar app
first = Say <code>/start</code> to the bot, then <code>/device add Phone</code>. The bot answers with a user name and a password for this one device. In the app, add a CalDAV account with them:
server = Server
user = User name
user-is = your Telegram id, which the bot shows
password = Password
password-is = the sixteen characters that the bot shows once
tls = This address has no TLS: passwords cross the network readably, and Apple's Calendar refuses to send them. The operator can put a proxy with TLS before it.
apple = iPhone, iPad
apple-how = Settings → Apps → Calendar → Calendar Accounts → Add Account → Other → Add CalDAV Account. (Before iOS 18: Settings → Calendar → Accounts.)
mac = Mac
mac-how = Calendar → Add Account → Other CalDAV Account → Manual.
android = Android
android-how = Install <a href="https://www.davx5.com/">DAVx⁵</a>, then + → Login with URL and user name. Your usual calendar app then shows the calendars.
thunderbird-how = Calendar → New Calendar → On the Network. Enter the user name and, as location, the server. Then Find Calendars.
outlook-how = Install <a href="https://caldavsynchronizer.org/">CalDav Synchronizer</a>. Synchronization Profiles → Add → Generic CalDAV. Enter the server as DAV URL and press “Test or discover settings”.
linux = GNOME, KDE
linux-how = Evolution: New → Calendar → CalDAV → Find Calendars. Merkuro or KOrganizer: Add Calendar → DAV groupware resource → Configure manually. Keep the slash at the end of the server.
health = For operators: <a href="health">health</a> of this server.
