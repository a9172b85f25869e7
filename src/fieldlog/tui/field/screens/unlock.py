"""The passphrase. A wrong one costs nothing but time, and says what it can (ui.md 3.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import LANGUAGE_NAMES, LANGUAGES, current_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.alarms import is_alarm
from fieldlog.tui.field.commands import HELP, LANGUAGE, MENU, SHOW_WORDS, UNLOCK
from fieldlog.tui.field.screens.secret_page import SecretPage
from fieldlog.tui.field.screens.vault.alarm import AlarmScreen
from fieldlog.tui.field.screens.vault.recover import begin_recovery
from fieldlog.tui.field.vault_commands import RECOVER_DAMAGED, USE_KEYFILE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.widgets import Note

_TRIES_BEFORE_ADVICE: Final = 3


def alphabets(text: str) -> tuple[bool, bool]:
    """Whether there are Latin and Cyrillic letters in ``text``.

    A terminal cannot see the keyboard layout; the letters are all there is to look at.
    """
    names = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    return (
        any(name.startswith("LATIN") for name in names),
        any(name.startswith("CYRILLIC") for name in names),
    )


class UnlockScreen(SecretPage):
    """One field, and one for a key file when it is asked for."""

    OFFERS: ClassVar[tuple[Command, ...]] = (
        UNLOCK,
        SHOW_WORDS,
        LANGUAGE,
        HELP,
        MENU,
        USE_KEYFILE,
        RECOVER_DAMAGED,
    )
    HELP = N_(
        "Type the seven words with a blank between them; capitals do not matter. The twelve recovery "
        "words open the vault too. Was the passphrase made with a key file? F2 asks for it.\n"
        "Ways back when the words are lost: the recovery words on your other sheet, a backup with them, or "
        "the copies your organisation has of what you handed over. There is no other: without the words "
        "nobody can open "
        "the vault, and nothing is ever deleted because of wrong tries."
    )
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = bindings((UNLOCK, SHOW_WORDS, LANGUAGE, MENU, USE_KEYFILE))

    def __init__(self) -> None:
        super().__init__()
        self._tries = 0
        self._opening = False

    def heading(self) -> str:
        """The title."""
        return _("Open the vault")

    def body(self) -> Iterable[Widget]:
        """The field and what is known about it."""
        practice = self.reporter.practice
        yield Note(_("Type your passphrase, then Enter."), classes="lead gap")
        if self.reporter.unsaved:
            yield Note(
                _("The last words before the lock could not be saved."), id="unsaved", classes="warn gap"
            )
        yield from self.secret_rows()
        yield Note("", id="letters", classes="quiet")
        yield Note("", id="answer", classes="warn gap")
        yield Note("", id="advice")
        if practice is not None:
            yield Note(_("This is practice. The words of this vault are:"), classes="gap")
            yield Note("  " + " ".join(practice.words), id="practice-words", classes="lead")
        else:
            yield Note(_("The vault in {folder}").format(folder=self.work.folder), classes="quiet gap")
        yield Note(self._languages(), classes="quiet gap")

    def offers(self) -> Sequence[Command]:
        """Practice makes itself anew, so there is nothing to recover."""
        return [one for one in self.OFFERS if one is not RECOVER_DAMAGED or self.reporter.practice is None]

    def _languages(self) -> str:
        here = current_language()
        names = [f"[{LANGUAGE_NAMES[one]}]" if one == here else LANGUAGE_NAMES[one] for one in LANGUAGES]
        return "F8   " + "  ".join(names)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(PassphraseInput).focus()

    @on(PassphraseInput.Changed)
    def _look_at_letters(self) -> None:
        """Say which alphabet is being typed: the letters themselves are hidden."""
        latin, cyrillic = alphabets(self.query_one(PassphraseInput).value)
        letters = {
            (True, False): _("Latin letters typed"),
            (False, True): _("Cyrillic letters typed"),
            (True, True): _("Latin and Cyrillic letters typed"),
        }.get((latin, cyrillic), "")
        self.query_one("#letters", Note).say(letters and f"{'':17}{letters}")

    def action_language(self) -> None:
        """F8."""
        self.reporter.next_language()
        self.app.switch_screen(UnlockScreen())

    async def action_recover_damaged(self) -> None:
        """From the menu: a vault whose damage hides behind its words."""
        await begin_recovery(self)

    @on(LineInput.Submitted)
    def action_unlock(self) -> None:
        """Try what was typed."""
        typed, keyfile = self.secret_typed, self.keyfile_typed
        if not typed.strip():
            self.query_one("#passphrase").focus()
        elif not self._opening:
            self._opening = True
            self.query_one("#answer", Note).say("")
            self.query_one("#advice", Note).say(_("Opening... this takes a moment."))
            self.run_worker(self._open(typed, keyfile))

    async def _open(self, typed: str, keyfile: str) -> None:
        try:
            opened = await self.reporter.threads.call(lambda: self.work.unlock(typed, keyfile))
        except errors.CannotUnlock:
            self._opening = False
            self._refuse(typed)
        except errors.FieldlogError as error:
            self._opening = False
            self.query_one("#advice", Note).say("")
            if is_alarm(error):
                self.app.push_screen(AlarmScreen(error))
            else:
                self.reporter.explain(error)
        else:
            self.query_one(PassphraseInput).value = ""
            await self.reporter.show_vault(opened)

    def _refuse(self, typed: str) -> None:
        """Say what can be said: nothing is deleted, and what the letters looked like."""
        self._tries += 1
        field = self.query_one(PassphraseInput)
        field.value = ""
        field.focus()
        advice = [self._about_letters(typed)]
        if self._tries >= _TRIES_BEFORE_ADVICE:
            advice.append(_("Words lost? F1 tells the ways back."))
        self.query_one("#answer", Note).say(
            _("This does not open the vault. Nothing is deleted; try as often as you need.")
        )
        self.query_one("#advice", Note).say("\n".join(line for line in advice if line))
        self.app.bell()

    def _about_letters(self, typed: str) -> str:
        latin, cyrillic = alphabets(typed)
        if latin and cyrillic:
            return _("Latin and Cyrillic letters were mixed: look at the keyboard layout.")
        if cyrillic:
            return _("The letters were Cyrillic. If your words are English, switch the keyboard layout.")
        if latin:
            return _("The letters were Latin. If your words are Russian, switch the keyboard layout.")
        return ""
