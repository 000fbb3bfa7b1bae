# What an account's owner is told.
account-leaving =
    Your account will be erased on { $at }, with everything in it: calendars, events, settings and device passwords. It cannot be brought back then.
    For these { $days } days everything works as before, and you can change your mind. To sign in again keeps the account, and so does a new device password.
