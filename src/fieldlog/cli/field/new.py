"""``fieldlog new``: record an incident answer by answer, for screen readers and bare terminals.

The same form and use cases as the screen's quick capture (data-model.md 1.2).
Every line is kept in the vault as soon as it is given, so that stopping at any point loses nothing.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from datetime import datetime

    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.vault import OpenVault
    from fieldlog.model.form import FormField


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("record an incident, one question at a time")
    subparsers.add_parser("new", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Ask, keep and save. Stopped in between, what was answered stays as a draft."""
    from fieldlog import errors
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import recording
    from fieldlog.i18n.catalog import current_language

    with unlocked_vault(arguments) as vault:
        interview = _Interview(vault)
        try:
            interview.answers()
            ready = _finished()
        except (errors.Cancelled, KeyboardInterrupt):
            output.line()
            if interview.code is None:
                output.line(_("Stopped. Nothing was answered yet."))
            else:
                output.line(
                    _("Stopped. What you answered is kept as draft {code}.").format(code=interview.code)
                )
            return errors.Cancelled.exit_status
        language = current_language()
        code = recording.save(vault, interview.code, interview.capture, ready=ready, language=language)
        output.line(
            (_("Saved as {code}, finished.") if ready else _("Saved as {code}, draft.")).format(code=code)
        )
    return 0


class _Interview:
    """The answers so far and the draft that holds them."""

    def __init__(self, vault: OpenVault) -> None:
        from fieldlog.model.quick import QuickCapture

        self.vault = vault
        self.capture = QuickCapture.begun(self._local_now())
        self.code: str | None = None

    def _local_now(self) -> datetime:
        return self.vault.clock.now().astimezone()

    def _keep(self, name: str, answer: str) -> None:
        from dataclasses import replace

        from fieldlog.field import recording

        self.capture = replace(self.capture, **{name: answer})
        self.code = recording.keep_draft(self.vault, self.code, self.capture)

    def answers(self) -> None:
        """Ask for every field of the form in its order."""
        from fieldlog.cli import output
        from fieldlog.model import form

        output.line(_("Only the first answer is needed. An empty answer takes what is in brackets."))
        ask_for = {
            form.FieldKind.LONG_TEXT: self._long_text,
            form.FieldKind.TEXT: self._text,
            form.FieldKind.WHEN: self._when,
            form.FieldKind.PEOPLE: self._people,
            form.FieldKind.CHOICE: self._choice,
        }
        for field in form.QUICK_CAPTURE:
            if field.hint:
                output.line(_(field.hint))
            ask_for[field.kind](field)

    def _long_text(self, field: FormField) -> None:
        """Lines until an empty one; a required field is asked for until it holds something."""
        from fieldlog.cli import output
        from fieldlog.cli.field.unlocking import ask

        output.line(_("An empty line ends this answer."))
        lines: list[str] = []
        while True:
            line = ask("" if lines else f"{_(field.prompt)} ")
            if line.strip():
                lines.append(line)
                self._keep(field.name, "\n".join(lines))
            elif lines or not field.required:
                return

    def _text(self, field: FormField) -> None:
        self._keep(field.name, self._line(field))

    def _line(self, field: FormField) -> str:
        from fieldlog.cli.field.unlocking import ask

        return ask(f"{_(field.prompt)} ").strip()

    def _when(self, field: FormField) -> None:
        """A date, read back in words; asked for again while it cannot be read."""
        from fieldlog import errors
        from fieldlog.cli import diagnostics, output
        from fieldlog.documents.when_text import describe_when
        from fieldlog.model.capturing import reading_of_when

        while True:
            self.capture = self.capture.with_when(self._line(field), self._local_now())
            self._keep(field.name, self.capture.when)
            try:
                reading = reading_of_when(self.capture, local_now=self._local_now())
            except errors.UnreadableDate as error:
                diagnostics.report(error)
                continue
            output.line(f"= {describe_when(reading)}")
            return

    def _people(self, field: FormField) -> None:
        """Codes or a number; asked for again while it is neither."""
        from fieldlog import errors
        from fieldlog.cli import output
        from fieldlog.model.quick import read_victims

        while True:
            answer = self._line(field)
            try:
                read_victims(answer)
            except errors.MalformedRecord:
                output.line(_("That is neither a number of people nor a person's code."))
                continue
            self._keep(field.name, answer)
            return

    def _choice(self, field: FormField) -> None:
        """One of the field's one-key answers."""
        from fieldlog.cli import output
        from fieldlog.cli.field.unlocking import ask
        from fieldlog.i18n.labels import label

        vocabulary = field.vocabulary or field.name
        by_key = {"": getattr(self.capture, field.name), **dict(field.shortcuts)}
        for key, code in field.shortcuts:
            output.line(f"  {key}  {label(vocabulary, code)}")
        question = f"{_(field.prompt)} [{label(vocabulary, by_key[''])}] "
        while (typed := ask(question).strip()) not in by_key:
            output.line(_("Type one of the numbers shown."))
        self._keep(field.name, by_key[typed])


def _finished() -> bool:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask

    output.line(f"  1  {_('finished, can be handed over')}")
    output.line(f"  2  {_('draft, to be continued')}")
    return ask(f"{_('Save as')} [2] ").strip() == "1"
