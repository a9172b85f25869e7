"""The reporter's screens: app, screens, dialogs and their styles."""
