"""Labels: what a code, a vocabulary and a form field are called in the chosen language."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate, translate_in_context
from fieldlog.vocabulary.loader import vocabulary

_TITLES: Final = {
    "violation_family": N_("Kind of violation"),
    "violation": N_("Violation"),
    "perpetrator": N_("Who did it"),
    "place": N_("Kind of place"),
    "detention_place": N_("Place of detention"),
    "basis": N_("How we know"),
    "material": N_("Kind of material"),
    "reliability": N_("Reliability of the source"),
    "corroboration": N_("Confirmation of the fact"),
    "finding": N_("Finding"),
    "proof_standard": N_("Standard of proof"),
    "ground": N_("Perceived reason"),
    "ground_shown_by": N_("Shown by"),
    "consent": N_("Consent"),
    "consent_scope": N_("Question of consent"),
    "consent_answer": N_("Answer"),
    "name_form": N_("Form of the name"),
    "consent_giver": N_("Consent given by"),
    "consent_manner": N_("How consent was given"),
    "status_after": N_("Status after"),
    "urgency": N_("Danger"),
    "step": N_("Step taken"),
    "result": N_("Result"),
    "accountability": N_("Accountability"),
    "method": N_("Method"),
    "lawyer": N_("Access to a lawyer"),
    "lawyer_choice": N_("Choice of lawyer"),
    "absence": N_("Why it is empty"),
    "custody_event": N_("Custody event"),
    "tri": N_("Yes or no"),
    "place_precision": N_("Precision of the place"),
    "incident_relation": N_("Relation to an incident"),
    "person_kind": N_("Kind of party"),
    "person_role": N_("Role"),
    "age_band": N_("Age"),
    "gender": N_("Gender"),
    "need": N_("Needs"),
    "state_link": N_("Link to the State"),
    "involvement_role": N_("Part taken"),
    "certainty": N_("Certainty"),
    "evidence_state": N_("State of the file"),
    "shows": N_("What the file shows"),
    "medic_kind": N_("Which doctor"),
    "treatment_purpose": N_("Believed purpose"),
    "charge_kind": N_("Kind of charge"),
    "whereabouts": N_("Whereabouts"),
    "statement_signed": N_("Signed statement"),
    "forced_test": N_("Forced test"),
    "part_of_day": N_("Part of the day"),
}
"""What each vocabulary is called above its choices."""

FORM_MESSAGES: Final = (
    N_("What happened?"),
    N_("In your own words. Use codes instead of names."),
    N_("When?"),
    N_("now, 14:30, yesterday 21:00, about 21:00, 3 November, 2025-11"),
    N_("Where?"),
    N_("Kind of place"),
    N_("Who was hurt?"),
    N_("Empty: one person, gets a code. Or a code, or how many: 3, 3-5, 20+"),
    N_("Who did it?"),
    N_("What kind?"),
    N_("Danger now?"),
    N_("May we share?"),
)
"""Prompts and hints of ``model.form``, which speaks no language itself."""


def label(list_name: str, code: str, language: str | None = None) -> str:
    """What a code is called. A code this version does not know, from a newer one, is its own label.

    Raises:
        UnknownTerm: there is no such vocabulary, which is a mistake of the caller.
    """
    term = vocabulary(list_name).get(code)
    return code if term is None else translate_in_context(list_name, term.label, language=language)


def title(list_name: str, language: str | None = None) -> str:
    """What a vocabulary is called."""
    return translate(_TITLES[list_name], language=language)


def choices(list_name: str, language: str | None = None) -> tuple[tuple[str, str], ...]:
    """Pairs of code and label, in the order in which they are offered."""
    return tuple((code, label(list_name, code, language)) for code in vocabulary(list_name).codes)
