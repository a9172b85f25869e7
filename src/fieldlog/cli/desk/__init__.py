"""The verbs of ``fieldlog-desk``, the organisation's program."""
