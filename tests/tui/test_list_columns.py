"""Columns of the lists: what people need to tell incidents apart is not cut."""

import pytest

from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.model.when import EdtfDate, When
from fieldlog.tui.field.dates import short_when
from fieldlog.tui.field.incident_rows import incident_columns


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ordinary_time_fits_its_column(language: str) -> None:
    """A day with a clock or a part of the day, approximate or not, is never cut."""
    set_language(language)
    room = incident_columns()[1].most
    day = EdtfDate.parse("2026-11-21")
    for clock in ("21:00", "night", "morning", "day", "evening"):
        for approx in (False, True):
            assert len(short_when(When(start=day, clock=clock, approx=approx))) <= room
