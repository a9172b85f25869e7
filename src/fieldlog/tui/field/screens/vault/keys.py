"""Keys and words: what opens the vault, and everything that changes that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, LOCK, TAKE
from fieldlog.tui.field.dates import say_day
from fieldlog.tui.field.dialogs.confirm import ConfirmBox
from fieldlog.tui.field.dialogs.pick import PickBox
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.recovery import RecoveryScreen
from fieldlog.tui.field.screens.vault.keyfile import KeyFileScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.present import PresentScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.upkeep import KnownKey, Present
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note

_LINES: Final = {
    "change": (
        N_("Change the passphrase"),
        N_("New words take the place of those you type; the old ones open nothing any more."),
    ),
    "add": (
        N_("Add a passphrase"),
        N_("One more set of words opens the vault, for another person or another place."),
    ),
    "remove": (
        N_("Remove a passphrase"),
        N_("Shuts one set of words out. The last passphrase and the recovery words stay."),
    ),
    "recovery": (
        N_("New recovery words"),
        N_("Twelve new words. Backups from now on open with them; earlier ones with the old words."),
    ),
    "keyfile": (
        N_("Key file"),
        N_("A passphrase that needs a file as well, on a stick that you carry with you."),
    ),
}


def key_name(key: KnownKey) -> str:
    """``passphrase, made 2 March 2026, with a key file, opened the vault now``."""
    parts = [_("recovery words") if key.recovery else _("passphrase")]
    if key.made_at is not None:
        parts.append(_("made {day}").format(day=say_day(key.made_at)))
    if key.keyfile:
        parts.append(_("with a key file"))
    if key.opened:
        parts.append(_("opened the vault now"))
    return ", ".join(parts)


class KeysScreen(ReporterPage):
    """What opens the vault, and what can be done about it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, LOCK, HELP, BACK)
    HELP = N_(
        "A vault has four places for passphrases and recovery words. If somebody saw your words, change "
        "them; "
        "if they may also have copied the folder, make a new vault key after that.\n"
        "Every change is whole or not done, also when the power goes."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((BACK,))

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[KnownKey, ...] = ()

    def heading(self) -> str:
        """The title."""
        return _("Keys and words")

    def body(self) -> Iterable[Widget]:
        """What there is, what can be done."""
        yield Note(_("This opens the vault:"), classes="lead gap")
        yield Note("", id="keys")
        yield RowList([Column(heading="", width=30, share=1)], heading=False, classes="menu gap", id="things")
        yield Note("", id="about", classes="gap")

    async def on_mount(self) -> None:
        """Fill the list."""
        rows = self.query_one(RowList)
        rows.fill([Row(key=key, cells=(translate(name),)) for key, (name, _about) in _LINES.items()])
        rows.focus()
        self._about()
        await self._read()

    async def on_screen_resume(self) -> None:
        """Something was changed."""
        if self.is_there:
            await self._read()

    async def _read(self) -> None:
        known = await self.reporter.ask(self.work.known_keys)
        if known is not None and self.is_there:
            self._keys = known
            self.query_one("#keys", Note).say("\n".join(f"  {key.number}  {key_name(key)}" for key in known))

    @on(RowList.Moved)
    def _about(self) -> None:
        key = self.query_one(RowList).cursor_key
        self.query_one("#about", Note).say(translate(_LINES[key][1]) if key in _LINES else "")

    @on(RowList.Chosen)
    def action_take(self) -> None:
        """Enter."""
        key = self.query_one(RowList).cursor_key
        begin: dict[str, Callable[[], object]] = {
            "change": lambda: change_passphrase(self),
            "add": lambda: add_passphrase(self),
            "remove": self._remove,
            "recovery": lambda: change_recovery(self),
            "keyfile": lambda: self.app.push_screen(KeyFileScreen(then=change_passphrase)),
        }
        if key in begin:
            begin[key]()

    def _remove(self) -> None:
        removable = [key for key in self._keys if not key.recovery]
        if len(removable) < 2:
            self.complain(_("There is one passphrase, and it stays. Change it, or add another one first."))
            return

        def chosen(number: str | None) -> None:
            if number is not None:
                self._ask_to_remove(next(key for key in removable if str(key.number) == number))

        self.app.push_screen(
            PickBox(
                title=_("Remove which one?"), options=[(str(key.number), key_name(key)) for key in removable]
            ),
            chosen,
        )

    def _ask_to_remove(self, key: KnownKey) -> None:
        def proven(present: Present) -> None:
            _begin(
                self,
                title=_("Remove a passphrase"),
                work=lambda: self.work.remove_passphrase(present, key.number),
                lead=_("It opens the vault no longer."),
                lines=(_COPIES,),
            )

        def answered(yes: object) -> None:
            if yes:
                self.app.push_screen(
                    PresentScreen(
                        title=_("Remove a passphrase"),
                        why=_("Type one that stays, not the one that goes."),
                        then=proven,
                    )
                )

        self.app.push_screen(
            ConfirmBox(
                title=_("Remove this passphrase?"),
                question=_("{which}. It will open the vault no longer.").format(which=key_name(key)),
                yes=_("Remove"),
            ),
            answered,
        )


_COPIES: Final = N_(
    "Older copies of the folder still open with what opened them then. "
    "If somebody may have such a copy, make a new vault key."
)


def _begin(
    page: ReporterPage, *, title: str, work: Callable[[], object], lead: str, lines: tuple[str, ...] = ()
) -> None:
    """Do a change of keys, say what it did, and come back to the list of keys."""

    def back(_result: object) -> None:
        reporter = page.reporter
        reporter.back_to_list()
        reporter.push_screen(ToldScreen(title=title, lead=lead, lines=[translate(line) for line in lines]))

    page.app.push_screen(
        LongWorkScreen(
            title=title,
            doing=_("This takes a few seconds."),
            work=lambda _tell: work(),
            done=back,
            stoppable=False,
            when_failed=_("What opened the vault before still opens it."),
        )
    )


def change_passphrase(page: ReporterPage, keyfile: str = "") -> None:
    """Type the present words, write seven new ones down, and the new ones take their place."""

    def proven(present: Present) -> None:
        def finish(at: ReporterPage, passphrase: str, _recovery: tuple[str, ...]) -> None:
            _begin(
                at,
                title=_("New passphrase"),
                work=lambda: at.work.change_passphrase(present, passphrase, keyfile),
                lead=_("The new words open the vault, the old ones no longer."),
                lines=(_COPIES,),
            )

        page.app.push_screen(WordsScreen(_passphrase_words(finish)))

    page.app.push_screen(
        PresentScreen(
            title=_("Change the passphrase"),
            why=_("You will get seven new words, and they need the key file {path}.").format(path=keyfile)
            if keyfile
            else _("You will get seven new words in place of those you type here. They need no key file."),
            then=proven,
        )
    )


def add_passphrase(page: ReporterPage, keyfile: str = "") -> None:
    """As ``change_passphrase``, beside those there are."""

    def proven(present: Present) -> None:
        def finish(at: ReporterPage, passphrase: str, _recovery: tuple[str, ...]) -> None:
            _begin(
                at,
                title=_("New passphrase"),
                work=lambda: at.work.add_passphrase(present, passphrase, keyfile),
                lead=_("The new words open the vault too."),
            )

        page.app.push_screen(WordsScreen(_passphrase_words(finish)))

    page.app.push_screen(
        PresentScreen(
            title=_("Add a passphrase"),
            why=_("Whoever has the new words can open everything in this vault."),
            then=proven,
        )
    )


def _passphrase_words(finish: Callable[[ReporterPage, str, tuple[str, ...]], None]) -> NewWords:
    return NewWords(
        finish=finish,
        title=N_("New passphrase: seven words"),
        title_back=N_("New passphrase: are they on paper?"),
        title_own=N_("New passphrase: one of your own"),
    )


def change_recovery(page: ReporterPage) -> None:
    """Twelve new words, asked back before they count."""

    def proven(present: Present) -> None:
        def finish(at: ReporterPage, _passphrase: str, recovery: tuple[str, ...]) -> None:
            _begin(
                at,
                title=_("New recovery words"),
                work=lambda: at.work.change_recovery(present, " ".join(recovery)),
                lead=_("The new twelve words open the vault, and every backup from now on."),
                lines=(
                    N_(
                        "Earlier backups open with the old twelve words only: keep that sheet as long as you "
                        "keep those backups, or make a new backup now (F7) and destroy the old ones."
                    ),
                ),
            )

        page.app.push_screen(
            RecoveryScreen(
                NewWords(
                    finish=finish,
                    title_recovery=N_("New recovery words"),
                    title_recovery_back=N_("New recovery words: are they on paper?"),
                ),
                "",
            )
        )

    page.app.push_screen(
        PresentScreen(
            title=_("New recovery words"),
            why=_("Twelve new words take the place of the old ones."),
            then=proven,
        )
    )
