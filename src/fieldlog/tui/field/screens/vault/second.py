"""The second vault: what may be said of it and nothing more, a typed word, then words of its own."""

from __future__ import annotations

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.promises import SECOND_VAULT
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.explained import ExplainedScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.words import WordsScreen


def begin_second(page: ReporterPage) -> None:
    """Explain, have the word typed, draw words, make it."""
    page.app.push_screen(
        ExplainedScreen(
            title=_("Second vault"),
            paragraphs=(
                _(SECOND_VAULT),
                _(
                    "If there is a second vault already, making one destroys it with everything in it. "
                    "From here nobody can see whether there is one."
                ),
                _("It gets a passphrase and recovery words of its own. This vault stays as it is."),
            ),
            word=_("SECOND"),
            then=lambda at: at.app.push_screen(WordsScreen(_WORDS)),
        )
    )


def _finish(page: ReporterPage, passphrase: str, recovery: tuple[str, ...]) -> None:
    def made(_result: None) -> None:
        reporter = page.reporter
        reporter.back_to_list()
        reporter.push_screen(
            ToldScreen(
                title=_("Second vault"),
                lead=_("It is made, and empty. Its words open it on the unlock screen."),
                lines=(
                    _(
                        "You are still in the vault you were in. Lock with F9 and type the new words to "
                        "go there."
                    ),
                    _(
                        "Back it up from inside it, with F7: a backup holds one vault. "
                        "A vault in which nothing is ever written convinces nobody."
                    ),
                ),
            )
        )

    page.app.push_screen(
        LongWorkScreen(
            title=_("Second vault"),
            doing=_("Making the vault. This takes a few seconds."),
            work=lambda _tell: page.work.make_second(passphrase=passphrase, recovery=" ".join(recovery)),
            done=made,
            stoppable=False,
            when_failed=_("This vault is as it was. A second one that was there before may be gone."),
        )
    )


_WORDS = NewWords(
    finish=_finish,
    title=N_("Second vault, step 1 of 4: its seven words"),
    title_back=N_("Second vault, step 2 of 4: are they on paper?"),
    title_own=N_("Second vault: a passphrase of your own"),
    title_recovery=N_("Second vault, step 3 of 4: its twelve recovery words"),
    title_recovery_back=N_("Second vault, step 4 of 4: are they on paper?"),
)
"""The way through the words, as at the first creation."""
