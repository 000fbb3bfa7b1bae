account-key-added = 🔐 A program may now act for your Televent account with a new API key, “{ $name }”. If that was not you, revoke the key and set a new password.
account-device-added = 🔐 A calendar app may now sign in to your Televent account with a new device password, “{ $name }”. If that was not you, revoke it and set a new password.
account-address-added = 🔐 { $address } is now an address of your Televent account. If that was not you, remove it and set a new password.
account-password-set = 🔐 Your Televent account has a new password. Other sessions have ended. If that was not you, set another one by “Forgot password”, and look through your API keys and devices.
