# The pages that set a device up.
setup-title = Set up this device
setup-once = This link works once. Open it on the device itself.
setup-apple = iPhone, iPad or Mac: get the profile
setup-other = Android, or any other app: show the settings
setup-davx5 = Open in DAVx⁵
setup-plain = Or type this into your calendar app. It is shown only now.
setup-server = Server
setup-user = User
setup-password = Password
setup-gone = This link was used already, or it has expired. Make a new device password.
