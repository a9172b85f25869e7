"""Twelve made-up incidents in Russian, Kazakh and English, with small files made by code.

Every person, place and event here is invented. Nobody is named; places are only as exact as "a market".
They are written as a reporter would write them: short, factual, codes instead of names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fieldlog.model.quick import QuickCapture
from fieldlog.practice.incident_files import jpeg_picture, note, png_picture, wave_tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident as it is typed, the files that belong to it, and whether it is marked ready."""

    language: str
    capture: QuickCapture
    attachments: tuple[tuple[str, bytes], ...] = ()
    ready: bool = False


_RUSSIAN: Final = (
    QuickCapture(
        what="Двое в штатском подошли у фонтана на площади, документов не показали. Посадили человека "
        "в серую машину, конец номера 07. Прохожие снимали. Через час телефон был выключен.",
        when="вчера около 21:00", where="центральная площадь, у фонтана", place_type="STRT",
        perpetrator="UNK", family="LIB", urgency="U2", consent="C0",
    ),
    QuickCapture(
        what="На встречу в кафе пришёл участковый с двумя сотрудниками. Переписали данные всех, кто был, "
        "сказали: «жалоба соседей». Протокола не дали. Троих сфотографировали против их воли.",
        when="в прошлую пятницу вечером", where="кафе в центре города", place_type="VENU", who="8-10",
        perpetrator="POL", family="PRV", urgency="U1", consent="C3",
    ),
    QuickCapture(
        what="В поликлинике отказали в приёме, когда увидели документы со старым именем. Врач при очереди "
        "спросила вслух, «кто это вообще такой». Письменного отказа не дали.",
        when="3 дня назад утром", where="городская поликлиника", place_type="HLTH",
        perpetrator="MED", family="DIS", urgency="U0", consent="C2",
    ),
    QuickCapture(
        what="Знакомство по объявлению оказалось подставой: в квартире ждали четверо. Требовали деньги, "
        "угрожали показать переписку родителям. Телефон вернули, деньги перевели.",
        when="примерно неделю назад", where="съёмная квартира, спальный район", place_type="OHOM",
        perpetrator="GRP", family="VIO", urgency="U1", consent="C1",
    ),
)  # fmt: skip

_KAZAKH: Final = (
    QuickCapture(
        what="Базардың жанында екі полицей тоқтатып, телефонды ашуды талап етті. Себебін айтпады. "
        "Суреттер мен хат-хабарды қарап шықты, кейін бөлімшеге шақыру қағазын берді.",
        when="кеше 16:30", where="қала базарының кіреберісі", place_type="STRT",
        perpetrator="POL", family="PRV", urgency="U1", consent="C2",
    ),
    QuickCapture(
        what="Туыстары құжаттарын тартып алып, үйден шығармай отыр. Дәрігерге «емдетеміз» дейді. "
        "Бір рет көршінің телефонынан хабар жіберді, содан бері байланыс жоқ.",
        when="3 күн бұрын шамамен 22:00", where="ауыл, туысының үйі", place_type="OHOM",
        perpetrator="FAM", family="VIO", urgency="U3", consent="C0",
    ),
    QuickCapture(
        what="Рұқсат етілген жиынға бара жатқан бес адамды автобустан түсіріп, үш сағат бөлімшеде ұстады. "
        "Хаттама жасалмады, адвокат шақыруға мүмкіндік берілмеді.",
        when="өткен сенбі таңертең", where="қала сыртындағы бекет", place_type="TRAN", who="5",
        perpetrator="POL", family="LIB", urgency="U0", consent="C4",
    ),
    QuickCapture(
        what="Жұмыс беруші желідегі жазбаны көргеннен кейін сол күні жұмыстан шығарды. Бұйрықта «өз еркімен» "
        "деп жазылған, қол қоюға мәжбүрледі.",
        when="2 апта бұрын", where="жеке дүкен", place_type="WORK",
        perpetrator="EMP", family="DIS", urgency="U0", consent="C3",
    ),
)  # fmt: skip

_ENGLISH: Final = (
    QuickCapture(
        what="Court hearing lasted about six minutes. No lawyer, no interpreter, the decision was read "
        "from a prepared sheet: ten days of administrative arrest for a post with a picture.",
        when="yesterday 11:20", where="administrative court of the district", place_type="CORT",
        perpetrator="JUD", family="FTR", urgency="U2", consent="C5",
    ),
    QuickCapture(
        what="A group of men shouted at people leaving a film evening and threw bottles. One person was hit "
        "on the arm. A patrol car stood across the street and did not move.",
        when="last Saturday about 23:00", where="side street near a cultural centre", place_type="EVNT",
        who="20+", perpetrator="MOB", family="VIO", urgency="U1", consent="C3",
    ),
    QuickCapture(
        what="The police refused to register a complaint about the threats. The officer on duty said that "
        "there was nothing to write down and did not give a number.",
        when="4 days ago in the afternoon", where="district police station", place_type="GOVT",
        perpetrator="POL", family="REM", urgency="U1", consent="C2",
    ),
    QuickCapture(
        what="Heard from a friend: someone was beaten in a holding cell during the first night and was "
        "refused a doctor. To be checked with the family",
        when="last night", where="temporary holding facility", place_type="DETN",
        perpetrator="PRI", family="TRT", urgency="U3", consent="C0",
    ),
)  # fmt: skip


def stories(now: datetime) -> tuple[Story, ...]:
    """All twelve, told as if typed at ``now``. Most are ready; each language has one draft."""
    return (
        *_told("ru", _RUSSIAN, now, {0: (("photo.jpg", jpeg_picture()),), 1: (("list.txt", _NOTE_RU),)}),
        *_told("kk", _KAZAKH, now, {0: (("paper.png", png_picture()),), 2: (("note.txt", _NOTE_KK),)}),
        *_told(
            "en",
            _ENGLISH,
            now,
            {
                0: (("hall.png", png_picture()), ("memo.wav", wave_tone())),
                1: (("street.jpg", jpeg_picture()),),
            },
        ),
    )


_NOTE_RU: Final = note(
    "Записано со слов двух участников встречи, отдельно друг от друга.\nОба слышали слова «жалоба соседей»."
)
_NOTE_KK: Final = note("Бесеуінің екеуімен сөйлестім.\nҰстау уақыты: шамамен 9:10-нан 12:15-ке дейін.")


def _told(
    language: str,
    captures: tuple[QuickCapture, ...],
    now: datetime,
    files: dict[int, tuple[tuple[str, bytes], ...]],
) -> tuple[Story, ...]:
    begun = QuickCapture.begun(now)
    return tuple(
        Story(
            language=language,
            capture=replace(capture, anchor=begun.anchor),
            attachments=files.get(number, ()),
            ready=number < len(captures) - 1,
        )
        for number, capture in enumerate(captures)
    )
