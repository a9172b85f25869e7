"""The bin, its days, and erasing for good: what goes, what stays, and what an interruption leaves."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from fieldlog import errors
from fieldlog.field import bin as bins
from fieldlog.field import checking, recording, vault, volumes
from fieldlog.model.consent import Consent
from fieldlog.model.person import Person
from fieldlog.model.quick import QuickCapture
from fieldlog.store.vault import erasing
from fieldlog.store.vault.outbox import HandOver
from fieldlog.system.clock import FixedClock

from .conftest import PASSPHRASE

DAY = 24 * 3600


def _save(opened, what="что-то случилось", code=None, **answers):
    return recording.save(opened, code, QuickCapture(what=what, **answers), ready=True)


def _person_of(opened, code):
    (person,) = recording.read_incident(opened, code).persons
    return person


def _hand_over(opened, bundle, *incidents):
    opened.store.outbox.add(
        HandOver(
            bundle_id=bundle,
            at="2026-03-02T10:15:00Z",
            card_ids=("card",),
            incidents=tuple((code, 1) for code in incidents),
            tag_sha512=bytes(64),
            size=1,
            attributable=False,
        )
    )


@pytest.fixture
def unlock_at(folder):
    """Unlock at a moment; give it as days after the vault was made."""
    opened = []

    def unlock_at(days):
        moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days)
        opened.append(vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(moment)))
        return opened[-1]

    yield unlock_at
    for one in opened:
        one.lock()


def test_the_bin_says_how_many_days_are_left(opened, clock):
    """An incident lies in the bin for thirty days, shown as they pass; what goes first comes first."""
    first, second = _save(opened, "one"), _save(opened, "two")
    bins.move_to_bin(opened, first)
    assert [(one.row.code, one.days_left) for one in bins.binned(opened)] == [(first, 30)]
    clock.move_on(seconds=DAY + 1)
    bins.move_to_bin(opened, second)
    assert [(one.row.code, one.days_left) for one in bins.binned(opened)] == [(first, 29), (second, 30)]
    assert recording.counts(opened).bin == 2


def test_restoring_gives_all_days_back(opened, clock):
    """Back from the bin and there again, an incident has its thirty days again."""
    code = _save(opened)
    bins.move_to_bin(opened, code)
    clock.move_on(seconds=5 * DAY)
    bins.restore_from_bin(opened, code)
    assert bins.binned(opened) == ()
    assert [row.code for row in recording.list_incidents(opened)] == [code]
    bins.move_to_bin(opened, code)
    assert [one.days_left for one in bins.binned(opened)] == [30]


def test_after_thirty_days_an_unlock_erases(unlock_at):
    """Somebody who opens the vault every week finds the incident gone after thirty days, and is told."""
    with unlock_at(1) as opened:
        code, other = _save(opened, "goes"), _save(opened, "stays")
        bins.move_to_bin(opened, code)
    for day in (8, 15, 22, 29, 30):
        with unlock_at(day) as opened:
            assert [(one.row.code, one.days_left) for one in bins.binned(opened)] == [(code, 31 - day)]
            assert opened.erased_from_bin == 0
    with unlock_at(31) as opened:
        assert opened.erased_from_bin == 1
        assert bins.binned(opened) == ()
        with pytest.raises(errors.UnknownRecord):
            recording.read_incident(opened, code)
        assert [row.code for row in recording.list_incidents(opened)] == [other]
        opened.store.verify()


@pytest.mark.parametrize("jump", [365, 365 * 70])
def test_a_clock_that_jumps_ahead_erases_nothing(unlock_at, jump):
    """A computer that thinks it is years later takes a week from the bin; back again, only true days count."""
    with unlock_at(1) as opened:
        code = _save(opened)
        bins.move_to_bin(opened, code)
    with unlock_at(1 + jump) as opened:
        assert [one.days_left for one in bins.binned(opened)] == [23]
    with unlock_at(1) as opened:
        assert [one.days_left for one in bins.binned(opened)] == [23]
    with unlock_at(2) as opened:
        assert [one.days_left for one in bins.binned(opened)] == [22]


def test_a_clock_that_was_ahead_at_first_does_not_stop_the_bin(unlock_at):
    """Days pass also in a vault that was first opened with a clock far in the future."""
    with unlock_at(9000) as opened:
        code = _save(opened)
        bins.move_to_bin(opened, code)
    for day in range(1, 37, 6):
        with unlock_at(day) as opened:
            pass
    assert opened.erased_from_bin == 1


class _Bin:
    """The bin of a vault as unlocks at other moments find it, without what else an unlock costs."""

    def __init__(self, opened):
        self.opened = opened
        self.erased = 0
        self.days_left = []

    def unlock_at(self, days):
        now = datetime(2026, 3, 2, 10, 15, tzinfo=UTC) + timedelta(days=days)
        self.opened.store.bin.move_on(now=now)
        self.erased += self.opened.store.bin.erase_due(now=now)
        self.days_left = [one.days_left for one in self.opened.store.bin.rows(now=now)]


@pytest.fixture
def one_binned(opened):
    """A vault with one incident, just put into the bin."""
    bins.move_to_bin(opened, _save(opened))
    return _Bin(opened)


DEAD = -9557
"""The first day of 2000, where a clock without a battery begins."""


@pytest.mark.parametrize("wrong", [DEAD, -365, -3, 365, 365 * 73])
def test_a_clock_that_jumps_back_and_forth_counts_no_day_twice(one_binned, wrong):
    """Whoever unlocks at a wrong and at the true time in turn loses one week at most, not one for each pair."""
    for pair in range(10):
        one_binned.unlock_at(wrong + pair / 1000)
        one_binned.unlock_at(pair / 24)
    assert one_binned.days_left == [30 if wrong < 0 else 23]


def test_two_computers_with_different_clocks_share_the_days(one_binned):
    """A vault that goes to and fro between two clocks, one a day behind, lies in the bin for thirty days."""
    for day in range(1, 30):
        for behind in (1, 0, 1, 0):
            one_binned.unlock_at(day - behind)
        assert one_binned.days_left == [30 - day]


def test_with_a_dead_battery_the_true_days_count(one_binned):
    """Unlocked in 2000 before each time the clock is set right, the bin goes through thirty true days."""
    for day in range(1, 31):
        assert one_binned.erased == 0
        one_binned.unlock_at(DEAD)
        one_binned.unlock_at(day)
    assert one_binned.erased == 1


@pytest.mark.parametrize(("every", "unlocks"), [(1, 23), (9, 4)])
def test_one_wrong_year_in_the_future_does_not_keep_the_bin_for_ever(one_binned, every, unlocks):
    """After a clock far in the future, which cost a week, the days go on, also with rare unlocks."""
    one_binned.unlock_at(365 * 73)
    for count in range(unlocks):
        assert one_binned.erased == 0
        one_binned.unlock_at((count + 1) * every)
    assert one_binned.erased == 1


def test_a_year_without_an_unlock_counts_one_week(one_binned):
    """The first unlock after a year erases nothing, and the days go on from there."""
    one_binned.unlock_at(365)
    assert one_binned.days_left == [23]
    one_binned.unlock_at(366)
    assert one_binned.days_left == [22]


def test_a_vault_of_an_earlier_fieldlog_goes_on(one_binned):
    """Where only the last unlock is known, the days go on from there, and nothing counts twice from then on."""
    one_binned.opened.store.settings.set("bin-clock-seen", "")
    one_binned.unlock_at(3)
    assert one_binned.days_left == [27]
    for day in (DEAD, 3.1, DEAD, 3.2):
        one_binned.unlock_at(day)
    assert one_binned.days_left == [27]


def test_what_is_remembered_of_the_clock_stays_small(one_binned):
    """However the clock jumps, the vault remembers a few stretches of it, the ones used last."""
    for jump in range(20):
        one_binned.unlock_at(jump * 100)
    assert len(one_binned.opened.store.settings.get("bin-clock-seen").split()) == 32


def test_erasing_needs_the_typed_code(opened):
    """Something else typed erases nothing; the code may be typed in small letters and without its prefix."""
    code = _save(opened)
    for typed in ("", "yes", "INC-000000", code + "0"):
        with pytest.raises(errors.UsageError):
            bins.erase(opened, code, typed=typed)
    assert recording.read_incident(opened, code).row.code == code
    assert bins.is_typed_code(code.lower(), code)
    bins.erase(opened, code, typed=" " + code.removeprefix("INC-").lower())
    assert recording.list_incidents(opened) == ()
    for name in (code, "INC-000000", ""):
        with pytest.raises(errors.UnknownRecord):
            bins.erase(opened, name, typed=name)


def test_an_erased_incident_is_nowhere(opened, tmp_path):
    """Lists, search, versions, files, hand-overs and drafts know nothing of it; everything still verifies."""
    code = _save(opened, "синий автобус", where="Алматы")
    other = _save(opened, "другое")
    _save(opened, "синий автобус, уточнено", code)
    recording.keep_draft(opened, code, QuickCapture(what="черновик"))
    (tmp_path / "f").write_bytes(b"x" * 5000)
    evidence = recording.attach(opened, code, tmp_path / "f")
    _hand_over(opened, "only", code)
    _hand_over(opened, "both", code, other)
    revisions = opened.store.head.count
    bins.erase(opened, code, typed=code)
    assert [row.code for row in recording.list_incidents(opened)] == [other]
    assert recording.list_incidents(opened, state="bin") == ()
    assert recording.list_incidents(opened, query="автобус") == ()
    counts = recording.counts(opened)
    assert (counts.all, counts.bin) == (1, 0)
    assert recording.newest_draft(opened) is None
    for ask in (recording.read_incident, recording.read_draft):
        with pytest.raises(errors.UnknownRecord):
            ask(opened, code)
    with pytest.raises(errors.UnknownRecord):
        recording.open_attachment(opened, evidence.code)
    assert [(one.bundle_id, one.incidents) for one in opened.store.outbox.all()] == [("both", ((other, 1),))]
    assert opened.store.verify() == revisions
    assert recording.read_incident(opened, other).incident is not None


def test_history_goes_on_after_erasing(unlock):
    """Saving, locking and unlocking work as before, and the chain verifies each time."""
    with unlock() as opened:
        first, second = _save(opened, "a"), _save(opened, "b")
        bins.erase(opened, first, typed=first)
        _save(opened, "b again", second)
    with unlock() as opened:
        third = _save(opened, "c")
        bins.erase(opened, second, typed=second)
        opened.store.verify()
    with unlock() as opened:
        assert [row.code for row in recording.list_incidents(opened)] == [third]
        opened.store.verify()


def test_people_of_other_incidents_stay(opened):
    """Who belongs to another incident too keeps record and consent there; who does not is gone."""
    code = _save(opened, "first", consent="CX", who="1")
    shared = _person_of(opened, code)
    other = _save(opened, "second", who=f"{shared.code}")
    (alone,) = recording.read_incident(opened, _save(opened, "third", who="1")).persons
    bins.erase(opened, code, typed=code)
    held = recording.read_incident(opened, other)
    assert [person.code for person in held.persons] == [shared.code]
    assert [consent.preset for consent in held.consents] == ["CX"]
    assert opened.store.records.get(Person, alone.code).code == alone.code
    opened.store.verify()
    _save(opened, "second again", other, who=f"{shared.code}")
    opened.store.verify()
    bins.erase(opened, other, typed=other)
    with pytest.raises(errors.UnknownRecord):
        opened.store.records.get(Person, shared.code)
    opened.store.verify()


def test_a_refusal_outlives_the_incident_it_was_given_in(opened):
    """A consent kept in the erased incident only goes with the person to the others that name them."""
    first = _save(opened, "first", who="1")
    shared = _person_of(opened, first)
    second = _save(opened, "second", who=shared.code)
    # Asked for in the first one only, after the second was saved.
    _save(opened, "first again", first, who=shared.code, consent="CX")
    bins.erase(opened, first, typed=first)
    held = recording.read_incident(opened, second)
    assert {consent.preset for consent in held.consents} == {"CX"}
    (consent,) = held.consents
    assert opened.store.records.get(Consent, consent.code).person == shared.code
    opened.store.verify()


def test_emptying_the_bin_leaves_the_rest(opened):
    """Everything in the bin goes at once and nothing else, and only to who typed how much that is."""
    codes = [_save(opened, str(number)) for number in range(4)]
    assert bins.empty_bin(opened, typed="") == 0
    for code in codes[:3]:
        bins.move_to_bin(opened, code)
    for typed in ("", "2", "4", "33", "three"):
        with pytest.raises(errors.UsageError):
            bins.empty_bin(opened, typed=typed)
    assert recording.counts(opened).bin == 3
    assert bins.empty_bin(opened, typed=" 3 ") == 3
    assert [row.code for row in recording.list_incidents(opened)] == codes[3:]
    assert recording.counts(opened).bin == 0
    opened.store.verify()


def test_a_draft_that_was_never_saved_can_be_erased(opened, tmp_path):
    """Also what was never saved, with a file, goes as a whole."""
    code = recording.keep_draft(opened, None, QuickCapture(what="x"))
    (tmp_path / "f").write_bytes(b"x")
    recording.attach(opened, code, tmp_path / "f")
    bins.erase(opened, code, typed=code)
    assert recording.list_incidents(opened) == ()
    opened.store.verify()


def test_a_form_that_was_open_does_not_stop_the_erasing(unlock, monkeypatch):
    """A draft kept while an incident is being erased goes with it at the next unlock."""
    with unlock() as opened:
        code = _save(opened)
        monkeypatch.setattr(erasing.Erasing, "finish", lambda _self: None)
        bins.erase(opened, code, typed=code)
        monkeypatch.undo()
        recording.keep_draft(opened, code, QuickCapture(what="still typing"))
    with unlock() as opened:
        assert opened.store._database.value("SELECT count(*) FROM incident") == 1
        assert opened.store._database.value("SELECT count(*) FROM draft") == 0
        opened.store.verify()


def test_the_whole_vault_is_sound_after_erasing(unlock, folder):
    """Checking finds nothing to complain of, and fresh volumes take over what is left."""
    with unlock() as opened:
        code, other = _save(opened, "goes"), _save(opened, "stays")
        bins.erase(opened, code, typed=code)
    assert not checking.check(folder=folder, passphrase=PASSPHRASE).findings
    with unlock() as opened:
        volumes.renew(opened)
    with unlock() as opened:
        assert [row.code for row in recording.list_incidents(opened)] == [other]
        opened.store.verify()


class _Stopped(Exception):
    pass


def _stop_before(database, number):
    """Let the outermost transaction of this number raise before it begins."""
    original, begun = database.transaction, 0

    def transaction():
        nonlocal begun
        if not database._depth:
            if begun == number:
                raise _Stopped
            begun += 1
        return original()

    database.transaction = transaction


def test_an_interrupted_erasure_shows_nothing_and_is_finished(folder, tmp_path, clock, monkeypatch):
    """Stopped before any of its transactions, nothing was changed, or nothing shows and the next unlock ends it."""
    monkeypatch.setattr(erasing, "CHUNK_BYTES", 1)
    with vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=clock) as opened:
        code = _save(opened, "v0 чайка", who="1")
        shared = _person_of(opened, code)
        _save(opened, "v1 чайка", code, who=shared.code)
        other = _save(opened, "other", who=shared.code)
    stopped = 0
    while True:
        copy = tmp_path / f"copy{stopped}"
        shutil.copytree(folder, copy)
        with vault.unlock(folder=copy, passphrase=PASSPHRASE, clock=clock) as opened:
            _stop_before(opened.store._database, stopped)
            try:
                bins.erase(opened, code, typed=code)
            except _Stopped:
                ended = False
            else:
                ended = True
            del opened.store._database.transaction
            listed = [row.code for row in recording.list_incidents(opened)]
            assert listed == ([other] if stopped else [other, code])
            assert recording.counts(opened).bin == 0
            assert bins.binned(opened) == ()
            assert len(recording.list_incidents(opened, query="чайка")) == (0 if stopped else 1)
            assert _person_of(opened, other).code == shared.code
            opened.store.verify()
        with vault.unlock(folder=copy, passphrase=PASSPHRASE, clock=clock) as opened:
            assert opened.store._database.value("SELECT count(*) FROM incident") == 2
            assert (opened.store._database.value("SELECT count(*) FROM version") == 1) == bool(stopped)
            opened.store.verify()
        if ended:
            break
        stopped += 1
    assert stopped > 10
