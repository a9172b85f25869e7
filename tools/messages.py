"""Translations: find every message, check that every language has it, compile what the program reads.

    python tools/messages.py check       fails with one line per problem
    python tools/messages.py update      adds untranslated messages to the .po files of their area
    python tools/messages.py compile     writes locale/<language>/LC_MESSAGES/fieldlog.mo

Sources are ``locale/<language>/<area>.po``; an area is a package that speaks, and a message lives in
one area only. ``.mo`` files are committed, because people start Fieldlog without any tool.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import normalize, read_po

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "fieldlog"
LOCALE: Final = SOURCE / "i18n" / "locale"
LANGUAGES: Final = ("ru", "kk")
PLURALS: Final = {
    "ru": (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0"
        " : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    ),
    "kk": "nplurals=2; plural=(n != 1);",
}
AREAS: Final = {
    "i18n/sentences.py": "errors",
    "i18n/requests.py": "errors",
    "i18n/parts.py": "errors",
    "vocabulary/": "vocabulary",
    "i18n/labels.py": "vocabulary",
    "cli/desk/": "desk",
    "tui/": "tui",
    "documents/": "documents",
    "practice/": "practice",
}
"""Beginning of a path under the package -> area; everything else is ``cli``."""

_HEADER: Final = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"""

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[rs]|%[rs]")

Key = tuple[str, str, str]
"""Context, singular, plural; empty where a message has none."""


class Found(NamedTuple):
    """One message in the source."""

    key: Key
    area: str
    place: str


def _area(path: Path) -> str:
    relative = path.relative_to(SOURCE).as_posix()
    return next((area for start, area in AREAS.items() if relative.startswith(start)), "cli")


class _Calls(ast.NodeVisitor):
    """Collect the literal arguments of the message functions of one module."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[Found] = []
        self.problems: list[str] = []
        self.wanted: dict[str, tuple[str, ...]] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        kinds = {
            "translate": ("singular",),
            "mark": ("singular",),
            "plural": ("singular", "plural"),
            "translate_in_context": ("context", "singular"),
        }
        if node.module == "fieldlog.i18n.catalog":
            for name in node.names:
                if name.name in kinds:
                    self.wanted[name.asname or name.name] = kinds[name.name]

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in self.wanted:
            return
        parts = self.wanted[node.func.id]
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        place = f"{self.path.relative_to(ROOT).as_posix()}:{node.lineno}"
        texts = [value for value in values[: len(parts)] if isinstance(value, str)]
        if len(texts) == len(parts):
            named = dict(zip(parts, texts, strict=True))
            key = (named.get("context", ""), named["singular"], named.get("plural", ""))
            self.found.append(Found(key, _area(self.path), place))
        elif any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[: len(parts)]):
            self.problems.append(f"{place}: a message must be one literal; fill it with .format afterwards")


def source_messages() -> tuple[list[Found], list[str]]:
    """Every message of the program, and calls that hide theirs from extraction."""
    found: list[Found] = []
    problems: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        calls = _Calls(path)
        calls.visit(ast.parse(path.read_text("utf-8")))
        found += calls.found
        problems += calls.problems
    found += _vocabulary_labels()
    return found, problems


def _vocabulary_labels() -> Iterator[Found]:
    """The English label of every term in ``vocabulary/data``, in the context of its list."""
    for path in sorted((SOURCE / "vocabulary" / "data").glob("*.toml")):
        terms = tomllib.loads(path.read_text("utf-8")).get("terms", [])
        for term in terms:
            place = path.relative_to(ROOT).as_posix()
            yield Found((path.stem, term["label"], ""), "vocabulary", place)


def _key(message: Message) -> Key:
    singular, several = message.id if isinstance(message.id, list | tuple) else (message.id, "")
    context: object = message.context or ""
    # Babel gives the context of a compiled message as bytes.
    return (context.decode("utf-8") if isinstance(context, bytes) else str(context), singular, several)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def read_area(language: str, path: Path) -> Catalog:
    """One .po file. A syntax error is a ``PoFileError`` with its line."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def area_files(language: str) -> list[Path]:
    """The .po files of one language."""
    return sorted((LOCALE / language).glob("*.po"))


class _Compiled(Catalog):
    """A catalogue whose header holds no dates, so that equal sources give equal files."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        language = str(self.locale)
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Language", language),
            ("Plural-Forms", PLURALS[language]),
        ]


def merged(language: str) -> Catalog:
    """All areas of one language as one catalogue."""
    whole = _Compiled(locale=language, fuzzy=False)
    for path in area_files(language):
        for message in _messages(read_area(language, path)):
            whole.add(message.id, message.string, context=message.context)
    return whole


def _mo_bytes(language: str) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, merged(language))
    return buffer.getvalue()


def mo_path(language: str) -> Path:
    """Where the program reads a language from."""
    return LOCALE / language / "LC_MESSAGES" / "fieldlog.mo"


def check_language(language: str, wanted: dict[Key, Found]) -> list[str]:
    """What is missing, doubtful, left over or doubled in one language."""
    problems: list[str] = []
    seen: dict[Key, str] = {}
    for path in area_files(language):
        catalog = read_area(language, path)
        for message in _messages(catalog):
            place = f"{language}/{path.name}"
            key = _key(message)
            if key in seen:
                problems.append(f"{place}: {key[1]!r} is in {seen[key]} already")
            seen[key] = path.name
            problems += [f"{place}: {key[1]!r}: {reason}" for reason in _faults(message, language)]
            if key not in wanted:
                problems.append(f"{place}: {key[1]!r} is not in the program any more")
    for key, found in wanted.items():
        if key not in seen:
            problems.append(f"{language}: {found.place}: {key[1]!r} has no translation")
    return problems


def _faults(message: Message, language: str) -> Iterator[str]:
    given = message.string if isinstance(message.string, list | tuple) else (message.string,)
    strings = [string or "" for string in given]
    singular, several = message.id if isinstance(message.id, list | tuple) else (message.id, message.id)
    if message.fuzzy:
        yield "is marked fuzzy"
    if not all(strings):
        yield "has no translation"
        return
    if several != singular and len(strings) != int(PLURALS[language][9]):
        yield "lacks a plural form"
    allowed = {frozenset(_PLACEHOLDER.findall(text)) for text in (singular, several)}
    for string in strings:
        if frozenset(_PLACEHOLDER.findall(string)) not in allowed:
            yield "has other placeholders than the English text"
        if string.endswith("\n") != singular.endswith("\n"):
            yield "ends differently in a line break"


def check() -> list[str]:
    """Every problem of every language; empty when all is well."""
    found, problems = source_messages()
    wanted = {entry.key: entry for entry in reversed(found)}
    for language in LANGUAGES:
        problems += check_language(language, wanted)
        problems += _stale(language)
    return problems


def _forms(message: Message) -> tuple[str, ...]:
    """The translation; Babel gives plural forms as a list from one file and as a tuple from the other."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


def _stale(language: str) -> list[str]:
    """Whether the committed .mo says something else than the .po files."""
    path = mo_path(language)
    if not path.exists():
        return [f"{language}: fieldlog.mo is missing; run: python tools/messages.py compile"]
    with path.open("rb") as file:
        compiled = {_key(message): _forms(message) for message in _messages(read_mo(file))}
    sources = {_key(message): _forms(message) for message in _messages(merged(language)) if message.string}
    if compiled != sources:
        return [f"{language}: fieldlog.mo is older than its .po files; run: python tools/messages.py compile"]
    return []


def update() -> None:
    """Add untranslated messages to the .po of their area; nothing is taken away."""
    found, _problems = source_messages()
    for language in LANGUAGES:
        catalogs = {path.stem: read_area(language, path) for path in area_files(language)}
        known = {_key(message) for catalog in catalogs.values() for message in _messages(catalog)}
        for entry in found:
            if entry.key in known:
                continue
            known.add(entry.key)
            path = LOCALE / language / f"{entry.area}.po"
            if not path.exists():
                path.write_text(_HEADER.format(language=language, plurals=PLURALS[language]), "utf-8")
            with path.open("a", encoding="utf-8") as file:
                file.write(_entry(entry.key, PLURALS[language][9]))


def _entry(key: Key, forms: str) -> str:
    context, singular, several = key
    lines = ["", *([f"msgctxt {normalize(context)}"] if context else []), f"msgid {normalize(singular)}"]
    if several:
        lines.append(f"msgid_plural {normalize(several)}")
        lines += [f'msgstr[{form}] ""' for form in range(int(forms))]
    else:
        lines.append('msgstr ""')
    return "\n".join([*lines, ""])


def main() -> int:
    """Run one task; 1 when the check found something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("task", choices=("check", "update", "compile"))
    task = parser.parse_args().task
    if task == "update":
        update()
    elif task == "compile":
        for language in LANGUAGES:
            mo_path(language).parent.mkdir(parents=True, exist_ok=True)
            mo_path(language).write_bytes(_mo_bytes(language))
    else:
        problems = check()
        print("\n".join(problems) or "every message is translated")
        return 1 if problems else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
