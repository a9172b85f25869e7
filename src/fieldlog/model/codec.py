"""Records to plain JSON values and back, strictly, by the declared fields of each record (schema 1.0).

``encode`` gives one form per record: fields in the order they are declared, nothing that is empty.
``decode`` refuses what a record of this version cannot hold: unknown fields, other types, texts and lists
beyond their limits, dates that do not exist. ``decode_tolerant`` is for reading a bundle of a newer
Fieldlog at the desk: it puts unknown fields aside and hands them back, so that they can be kept.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from fieldlog.errors import MalformedRecord, UnreadableDate
from fieldlog.model.act import Act
from fieldlog.model.base import Absences, Record
from fieldlog.model.consent import Consent
from fieldlog.model.custody import CustodyEvent
from fieldlog.model.detention import Detention
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.involvement import Involvement
from fieldlog.model.kinds import (
    MAX_ITEMS,
    TERM_PATTERN,
    Bounds,
    FieldPath,
    Term,
    TextRule,
    VaultOnly,
)
from fieldlog.model.person import Person
from fieldlog.model.source import Source
from fieldlog.model.step import Step
from fieldlog.model.text import clean
from fieldlog.model.treatment import Treatment
from fieldlog.model.when import EdtfDate

SCHEMA: Final = "1.0"

RECORD_TYPES: Final[Mapping[str, type[Record]]] = types.MappingProxyType(
    {
        record.type: record
        for record in (
            Incident,
            Act,
            Person,
            Involvement,
            Source,
            Detention,
            Treatment,
            Step,
            Evidence,
            Consent,
            CustodyEvent,
        )
    }
)
"""Every record type by its name, in the order of the bundle (data-model section 3.1)."""

_TERM: Final = TextRule(40, TERM_PATTERN)
_PATH: Final = cast("TextRule", FieldPath.__metadata__[0])  # type: ignore[attr-defined]

Plain = dict[str, object]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One declared field: its value type without ``| None``, whether it repeats, and its rules."""

    name: str
    value_type: Any
    many: bool
    optional: bool
    default: object
    text: TextRule | None
    term: str | None
    bounds: Bounds | None
    vault_only: bool

    @property
    def required(self) -> bool:
        """Whether every record has to carry it."""
        return self.default is MISSING


@cache
def specs_of(owner: type) -> tuple[FieldSpec, ...]:
    """The fields of a record or value class, read once from its annotations."""
    hints = get_type_hints(owner, include_extras=True)
    return tuple(_spec(field.name, hints[field.name], field.default) for field in fields(owner))


def _spec(name: str, hint: Any, default: object) -> FieldSpec:
    marks: list[object] = []
    optional = many = False
    while True:
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            marks += inner[1:]
            hint = inner[0]
        elif origin in {types.UnionType, Union}:
            optional = True
            hint = inner[0]
        elif origin is tuple and hint != Absences:
            many = True
            hint = inner[0]
        else:
            break
    term = next((mark.vocabulary for mark in marks if isinstance(mark, Term)), None)
    text = next((mark for mark in marks if isinstance(mark, TextRule)), _TERM if term else None)
    return FieldSpec(
        name=name,
        value_type=hint,
        many=many,
        optional=optional,
        default=default,
        text=text,
        term=term,
        bounds=next((mark for mark in marks if isinstance(mark, Bounds)), None),
        vault_only=any(isinstance(mark, VaultOnly) for mark in marks),
    )


def encode(record: Record, *, leaving: bool = False) -> Plain:
    """``record`` as a plain JSON object. With ``leaving``, fields that stay in the vault are left out.

    Raises:
        MalformedRecord: it holds something that ``decode`` would refuse.
    """
    plain: Plain = {"type": record.type, "schema": SCHEMA, **_encode(record, leaving=leaving)}
    if not leaving:
        return plain if decode(plain) == record else _malformed("not-a-record")
    decode(plain)
    return plain


def _malformed(reason: str) -> Any:
    raise MalformedRecord(reason)


def _encode(owner: object, *, leaving: bool) -> Plain:
    plain: Plain = {}
    for spec in specs_of(type(owner)):  # type: ignore[arg-type]
        value = getattr(owner, spec.name)
        if (leaving and spec.vault_only) or value is None or value == ():
            continue
        if spec.value_type == Absences:
            plain[spec.name] = dict(value)
        elif spec.many:
            plain[spec.name] = [_encode_one(item, leaving=leaving) for item in value]
        else:
            plain[spec.name] = _encode_one(value, leaving=leaving)
    return plain


def _encode_one(value: object, *, leaving: bool) -> object:
    if isinstance(value, EdtfDate):
        return str(value)
    return _encode(value, leaving=leaving) if is_dataclass(value) else value


def decode(plain: object) -> Record:
    """The record that ``plain`` holds.

    Raises:
        MalformedRecord: with a slug of the first thing that is wrong; never with anything from the record.
    """
    return _decode_record(plain, _refuse_unknown)


def decode_as(record_type: type[R], plain: object) -> R:
    """As ``decode``, for a place where only one type of record may be.

    Raises:
        MalformedRecord: as ``decode``, or a record of another type.
    """
    record = decode(plain)
    return record if isinstance(record, record_type) else _malformed("wrong-type")


def decode_tolerant(plain: object) -> tuple[Record, tuple[str, ...]]:
    """The record, and the paths of fields this version does not know, which had no effect (J09).

    Raises:
        MalformedRecord: a known field holds what it cannot hold.
    """
    unknown: list[str] = []
    record = _decode_record(plain, unknown.append)
    return record, tuple(unknown)


def _refuse_unknown(_path: str) -> None:
    raise MalformedRecord("unknown-field")


def _decode_record(plain: object, unknown: Callable[[str], None]) -> Record:
    if not isinstance(plain, dict):
        raise MalformedRecord("not-an-object")
    rest = dict(plain)
    type_name, schema = rest.pop("type", None), rest.pop("schema", None)
    record_type = RECORD_TYPES.get(type_name) if isinstance(type_name, str) else None
    if record_type is None:
        raise MalformedRecord("unknown-type")
    if not isinstance(schema, str) or not re.fullmatch(r"1\.(0|[1-9][0-9]{0,3})", schema):
        raise MalformedRecord("unknown-schema")
    if schema != SCHEMA:
        unknown("schema")
    return cast("Record", _decode_fields(record_type, rest, unknown, ""))


def _decode_fields(owner: type, plain: object, unknown: Callable[[str], None], path: str) -> object:
    if not isinstance(plain, dict):
        raise MalformedRecord("not-an-object")
    rest = dict(plain)
    values: dict[str, object] = {}
    for spec in specs_of(owner):
        value = rest.pop(spec.name, None)
        if value is None:
            if spec.required:
                raise MalformedRecord("missing-field")
            continue
        values[spec.name] = _decode_field(spec, value, unknown, f"{path}{spec.name}")
    for name in rest:
        unknown(f"{path}{name}"[:200])
    try:
        return owner(**values)
    except UnreadableDate:
        raise MalformedRecord("bad-date") from None


def _decode_field(spec: FieldSpec, value: object, unknown: Callable[[str], None], path: str) -> object:
    if spec.value_type == Absences:
        return _decode_absences(value)
    if not spec.many:
        return _decode_one(spec, value, unknown, path)
    if not isinstance(value, list):
        raise MalformedRecord("not-a-list")
    if len(value) > MAX_ITEMS:
        raise MalformedRecord("too-many-items")
    return tuple(_decode_one(spec, item, unknown, path) for item in value)


def _decode_one(spec: FieldSpec, value: object, unknown: Callable[[str], None], path: str) -> object:
    kind = spec.value_type
    if kind is str:
        return _decode_text(cast("TextRule", spec.text), value)
    if kind is bool:
        return value if isinstance(value, bool) else _malformed("not-yes-or-no")
    if kind is int:
        return _decode_number(spec, value)
    if kind is EdtfDate:
        text = _decode_text(TextRule(11), value)
        try:
            return EdtfDate.parse(text)
        except UnreadableDate:
            raise MalformedRecord("bad-date") from None
    return _decode_fields(kind, value, unknown, f"{path}.")


def _decode_text(rule: TextRule, value: object) -> str:
    if not isinstance(value, str):
        raise MalformedRecord("not-text")
    if len(value) > rule.max_length:
        raise MalformedRecord("too-long")
    if rule.pattern is not None and not re.fullmatch(rule.pattern, value, re.ASCII):
        raise MalformedRecord("bad-form")
    if clean(value, strip=False) != value:
        raise MalformedRecord("bad-text")
    return value


def _decode_number(spec: FieldSpec, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):  # no fractions, no NaN (J06)
        raise MalformedRecord("not-a-whole-number")
    bounds = cast("Bounds", spec.bounds)
    if not bounds.low <= value <= bounds.high:
        raise MalformedRecord("out-of-range")
    return value


def _decode_absences(value: object) -> Absences:
    if not isinstance(value, dict):
        raise MalformedRecord("not-an-object")
    if len(value) > MAX_ITEMS:
        raise MalformedRecord("too-many-items")
    return tuple((_decode_text(_PATH, path), _decode_text(_TERM, reason)) for path, reason in value.items())
