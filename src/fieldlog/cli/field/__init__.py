"""The reporter's verbs, one file each."""
