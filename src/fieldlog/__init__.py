"""Fieldlog: record incidents offline, seal them to an organisation, open and use them there."""

__version__ = "0.2.0"
