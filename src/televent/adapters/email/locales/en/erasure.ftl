erasure-requested-subject = Your Televent account will be deleted on { $at }
erasure-requested = You asked to delete your account, or the people who run this server did so for you. On { $at } all that is yours becomes unreadable for good, and nobody can bring it back. Until then everything works as before.
erasure-ahead-subject = Your Televent account will be deleted on { $at }
erasure-ahead = On { $at } your account is deleted with everything in it. Nobody can bring it back.
erasure-kept-subject = Your Televent account is kept
erasure-kept = Your account is kept. Nothing was deleted.
erasure-keep = Keep my account
erasure-operator = To keep it, write to the people who run this server.
