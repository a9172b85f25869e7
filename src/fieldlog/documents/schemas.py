"""JSON Schema 2020-12 of every record type, derived from the declared fields of the model.

They lie in every bundle, so that its records can be checked decades later without Fieldlog.
"""

from __future__ import annotations

from typing import Any, Final

from fieldlog.model.base import Absences, Record
from fieldlog.model.codec import SCHEMA, FieldSpec, specs_of
from fieldlog.model.kinds import MAX_ITEMS, TERM_PATTERN
from fieldlog.model.when import EdtfDate

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_EDTF: Final = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}|-XX)?|-XX-XX)?[~?%]?$"


def schema_of(record_type: type[Record]) -> Schema:
    """The schema of one record type; a coded field names its vocabulary in ``x-vocabulary``.

    Codes are not listed: a newer Fieldlog may know more, and ``vocab/vocabularies.json`` has them.
    """
    definitions: dict[str, Schema] = {}
    whole = _object(record_type, definitions)
    whole["properties"] = {
        "type": {"const": record_type.type},
        "schema": {"const": SCHEMA},
        **whole["properties"],
    }
    whole["required"] = ["type", "schema", *whole["required"]]
    return {
        "$schema": DIALECT,
        "$id": f"urn:fieldlog:schema:{SCHEMA}:{record_type.type}",
        "title": record_type.type,
        **whole,
        "$defs": definitions,
    }


def _object(owner: type, definitions: dict[str, Schema]) -> Schema:
    specs = [spec for spec in specs_of(owner) if not spec.vault_only]
    return {
        "type": "object",
        "properties": {spec.name: _field(spec, definitions) for spec in specs},
        "required": [spec.name for spec in specs if spec.required],
        "additionalProperties": False,
    }


def _field(spec: FieldSpec, definitions: dict[str, Schema]) -> Schema:
    if spec.value_type == Absences:
        return {
            "type": "object",
            "additionalProperties": {"type": "string", "pattern": f"^({TERM_PATTERN})$"},
            "maxProperties": MAX_ITEMS,
        }
    one = _value(spec, definitions)
    return {"type": "array", "items": one, "maxItems": MAX_ITEMS} if spec.many else one


def _value(spec: FieldSpec, definitions: dict[str, Schema]) -> Schema:
    kind = spec.value_type
    if kind is str and spec.text is not None:
        schema: Schema = {"type": "string", "maxLength": spec.text.max_length}
        if spec.text.pattern is not None:
            schema["pattern"] = f"^({spec.text.pattern})$".replace(r"\d", "[0-9]")
        if spec.term is not None:
            schema["x-vocabulary"] = spec.term
        return schema
    if kind is bool:
        return {"type": "boolean"}
    if kind is int and spec.bounds is not None:
        return {"type": "integer", "minimum": spec.bounds.low, "maximum": spec.bounds.high}
    if kind is EdtfDate:
        return {"type": "string", "pattern": _EDTF}
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # holds the place while its own fields are read
        definitions[name] = _object(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}
