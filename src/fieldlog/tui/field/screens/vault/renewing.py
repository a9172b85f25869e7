"""A new vault key: everything is copied into fresh files under it, and the vault is locked."""

from __future__ import annotations

from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.outcome import Lock
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.explained import ExplainedScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.present import PresentScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.upkeep import Present


def begin_renewal(page: ReporterPage) -> None:
    """Explain, ask for the passphrase, copy."""
    page.app.push_screen(
        ExplainedScreen(
            title=_("New vault key"),
            paragraphs=(
                _("For when somebody may have copied the vault's folder and knows the words of that day."),
                _(
                    "Everything is copied into fresh files under a new key. What they hold opens the "
                    "state of "
                    "that day, and nothing that you write from now on."
                ),
                _(
                    "Passphrases and recovery words stay as they are: change them first, under Keys and "
                    "words."
                ),
                _("It needs as much free space again as the vault has, and it locks the vault at the end."),
            ),
            then=_ask,
        )
    )


def _ask(page: ReporterPage) -> None:
    def proven(present: Present) -> None:
        page.app.push_screen(
            LongWorkScreen(
                title=_("New vault key"),
                doing=_("Copying everything under the new key."),
                work=lambda tell: page.work.renew(present, tell),
                done=lambda _result: told_and_locked(
                    page, title=_("New vault key"), lead=_("Everything is under the new key.")
                ),
                when_failed=_("The vault is as it was."),
            )
        )

    page.app.push_screen(
        PresentScreen(title=_("New vault key"), why=_("The copy needs your passphrase once."), then=proven)
    )


def told_and_locked(page: ReporterPage, *, title: str, lead: str) -> None:
    """The vault is closed: say so, and Enter leads to the unlock screen in a fresh process image."""
    reporter = page.reporter
    reporter.is_open = False

    def lock() -> None:
        reporter.run_worker(reporter.leave_for(Lock(current_language())))

    reporter.switch_screen(
        ToldScreen(
            title=title,
            lead=lead,
            lines=(_("The vault is locked now. Unlock it with the same words."),),
            then=lock,
        )
    )
