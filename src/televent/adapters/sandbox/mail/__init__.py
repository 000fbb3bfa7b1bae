"""A mail catcher: accepts every mail, shows it, and answers invitations as the recipient's mail service would."""
