"""The first vault: its place, its words, and then it is made."""

from __future__ import annotations

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.place import PlaceScreen
from fieldlog.tui.field.screens.words import WordsScreen


async def begin_vault(page: ReporterPage) -> None:
    """Say what is known about the place, if anything, then draw words.

    Where no vault can be made, that is said instead: nobody is to write words for it.
    """
    warnings = await page.reporter.ask(page.work.new_place_warnings)
    if warnings is None:
        return

    def draw() -> None:
        page.app.push_screen(WordsScreen(FIRST_VAULT))

    if warnings:
        page.app.push_screen(PlaceScreen(warnings, draw))
    else:
        draw()


def _finish(page: ReporterPage, passphrase: str, recovery: tuple[str, ...]) -> None:
    page.app.push_screen(
        LongWorkScreen(
            title=_("New vault"),
            doing=_("Making the vault. This takes a few seconds."),
            work=lambda _tell: page.work.create(passphrase=passphrase, recovery=recovery),
            done=lambda _result: page.reporter.show_vault(None),
            stoppable=False,
            when_failed=_("Nothing was left behind."),
        )
    )


FIRST_VAULT = NewWords(
    finish=_finish,
    title=N_("New vault, step 1 of 4: your seven words"),
    title_back=N_("New vault, step 2 of 4: are they on paper?"),
    title_own=N_("New vault: a passphrase of your own"),
    title_recovery=N_("New vault, step 3 of 4: twelve recovery words"),
    title_recovery_back=N_("New vault, step 4 of 4: are they on paper?"),
)
"""The way through the words of the first vault."""
