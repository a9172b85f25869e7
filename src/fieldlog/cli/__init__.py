"""The command line of the reporter and of the organisation: one file per verb."""
