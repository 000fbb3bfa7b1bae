keep-title = Your Televent account
keep-asked = Your account will be deleted on { $at }, with everything in it. Nobody can bring it back.
keep-button = Keep my account
keep-kept = Your account is kept. Nothing was deleted.
