"""The secrets of an open volume: file and table change together, and a crash between them harms nobody."""

import pytest

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, Purpose, SlotPayload, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.connection import open_database
from fieldlog.store.vault import folder, schema, slot_table
from fieldlog.store.vault.slot_keeper import SlotKeeper
from fieldlog.system import process

HEADER = VaultHeader(profile=CHEAPEST_FOR_TESTS)
PASSPHRASE, RECOVERY, SECOND, THIRD = (
    Secret.from_text(text)
    for text in ("щека батарея лютый", "farm happy cluster", "дом лес луна", "снег окно хлеб")
)
LATER = Head(count=3, hash=b"\x03" * 32, epoch=9)
AT = "2026-03-02T10:15:00Z"


class Volume:
    """A folder with ``slots`` and a database, opened and closed as a vault does it."""

    def __init__(self, place, *, first_form=False):
        self.place = place
        self.keys = VolumeKeys.generate()
        wanted = [
            SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE),
            SlotSecret(purpose=Purpose.RECOVERY, secret=RECOVERY),
        ]
        content, used = keyslots.create_all(HEADER, wanted, keys=self.keys, head=Head())
        self.volume = used[0].payload.volume
        folder.write_slots(place, content)
        self.database = open_database(
            path=place / "database",
            key=self.keys.database_key,
            salt=self.keys.cipher_salt,
            create=True,
            migrations=schema.STEPS,
        )
        if not first_form:
            with self.database.transaction():
                slot_table.begin(self.database, content, used, made_at=AT)

    @property
    def slots(self):
        return folder.read_slots(self.place)

    @slots.setter
    def slots(self, content):
        folder.write_slots(self.place, content)

    def opened(self, secret, keyfile=None):
        return keyslots.open_slots(HEADER, self.slots, secret, keyfile=keyfile)

    def keeper(self, secret=PASSPHRASE, keyfile=None):
        return SlotKeeper(self.place, HEADER, self.database, self.opened(secret, keyfile))

    def opens(self, secret, keyfile=None):
        try:
            self.opened(secret, keyfile)
        except errors.CannotUnlock:
            return False
        return True

    def index_of(self, secret):
        return self.opened(secret).index


@pytest.fixture
def volume(tmp_path, cheap):
    made = Volume(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def old(tmp_path, cheap):
    """A vault of the first form, whose table is empty."""
    made = Volume(tmp_path, first_form=True)
    yield made
    made.database.close()


def _passphrase(secret, keyfile=None):
    return SlotSecret(purpose=Purpose.PASSPHRASE, secret=secret, keyfile=keyfile)


def _purposes(keeper):
    return sorted(slot.purpose.name for slot in keeper.known())


def test_a_new_vault_knows_its_secrets(volume):
    """Purpose, time and key file of every secret are known, and which one opened the vault."""
    keeper = volume.keeper(RECOVERY)
    known = {slot.purpose: slot for slot in keeper.known()}
    assert set(known) == set(Purpose)
    assert {slot.made_at for slot in known.values()} == {AT}
    assert known[Purpose.RECOVERY].opened
    assert not known[Purpose.PASSPHRASE].opened
    assert not any(slot.keyfile for slot in known.values())
    assert known[Purpose.PASSPHRASE].index == volume.index_of(PASSPHRASE)


def test_add_replace_and_remove(volume):
    """Each secret opens exactly while it is wanted, the others all the time, and the list says so."""
    keeper = volume.keeper()
    index = keeper.add(_passphrase(SECOND, b"k" * 64), made_at="later")
    assert not volume.opens(SECOND)
    assert volume.opened(SECOND, b"k" * 64).index == index
    (added,) = [slot for slot in keeper.known() if slot.index == index]
    assert (added.made_at, added.keyfile, added.opened) == ("later", True, False)
    keeper.replace(index, _passphrase(THIRD), made_at="last")
    assert volume.opens(THIRD)
    assert not volume.opens(SECOND, b"k" * 64)
    keeper.remove(index)
    assert not volume.opens(THIRD)
    assert volume.opens(PASSPHRASE)
    assert volume.opens(RECOVERY)
    assert _purposes(volume.keeper()) == ["PASSPHRASE", "RECOVERY"]


def test_the_other_volume_keeps_every_byte(volume):
    """Whatever is done in one volume, the four slots of the other are the same bytes."""
    other = SlotPayload(
        volume=1 - volume.volume, purpose=Purpose.PASSPHRASE, keys=VolumeKeys.generate(), head=Head()
    )
    slot_keys = keyslots.keys_for(HEADER, volume.slots, THIRD)
    volume.slots, _ = slot_changes.put(
        HEADER, volume.slots, slot_keys, index=(1 - volume.volume) * 4, payload=other
    )

    def half():
        start = 32 + (1 - volume.volume) * 4 * 480
        return volume.slots[:32], volume.slots[start : start + 4 * 480], volume.slots[3872:]

    before = half()
    keeper = volume.keeper()
    index = keeper.add(_passphrase(SECOND), made_at=AT)
    keeper.replace(index, _passphrase(SECOND, b"k"), made_at=AT)
    keeper.remember_head(LATER)
    keeper.remove(index)
    assert half() == before
    assert volume.opens(THIRD)


def test_four_secrets_and_no_more(volume):
    """A fifth secret is refused, and room is made by removing one."""
    keeper = volume.keeper()
    keeper.add(_passphrase(SECOND), made_at=AT)
    index = keeper.add(_passphrase(THIRD), made_at=AT)
    before = volume.slots
    with pytest.raises(errors.SlotsFull):
        keeper.add(_passphrase(Secret.from_text("fifth")), made_at=AT)
    assert volume.slots == before
    keeper.remove(index)
    assert keeper.add(_passphrase(Secret.from_text("fifth")), made_at=AT) == index


def test_a_secret_in_use_changes_nothing(volume):
    """Words that open a slot already are neither added nor put in place of others."""
    keeper = volume.keeper()
    before = volume.slots
    for secret in (PASSPHRASE, RECOVERY):
        with pytest.raises(errors.SecretInUse):
            keeper.add(_passphrase(secret), made_at=AT)
        with pytest.raises(errors.SecretInUse):
            keeper.replace(volume.index_of(PASSPHRASE), _passphrase(secret), made_at=AT)
    assert volume.slots == before


def test_unused_and_foreign_slots_cannot_be_named(volume):
    """Replacing or removing needs a slot that is used, of this volume."""
    keeper = volume.keeper()
    used = {slot.index for slot in keeper.known()}
    for index in set(range(-1, 9)) - used:
        with pytest.raises(errors.UnknownSlot):
            keeper.remove(index)
        with pytest.raises(errors.UnknownSlot):
            keeper.replace(index, _passphrase(SECOND), made_at=AT)


def test_the_head_goes_into_every_slot(volume):
    """After a lock, every secret of the volume leads to the new head; the same head is not written again."""
    keeper = volume.keeper()
    keeper.add(_passphrase(SECOND), made_at=AT)
    keeper.remember_head(LATER)
    for secret in (PASSPHRASE, RECOVERY, SECOND):
        assert volume.opened(secret).payload.head == LATER
        volume.keeper(secret)
    before = volume.slots
    keeper.remember_head(LATER)
    assert volume.slots == before


def test_the_typed_secret_tells_its_slot(volume):
    """The present secret is checked like an unlock; a wrong one and one of the other volume look alike."""
    keeper = volume.keeper()
    assert keeper.opened_by(RECOVERY).purpose is Purpose.RECOVERY
    assert keeper.opened_by(PASSPHRASE).index == volume.index_of(PASSPHRASE)
    other = SlotPayload(
        volume=1 - volume.volume, purpose=Purpose.PASSPHRASE, keys=VolumeKeys.generate(), head=Head()
    )
    slot_keys = keyslots.keys_for(HEADER, volume.slots, THIRD)
    volume.slots, _ = slot_changes.put(
        HEADER, volume.slots, slot_keys, index=(1 - volume.volume) * 4, payload=other
    )
    for secret, keyfile in ((SECOND, None), (THIRD, None), (PASSPHRASE, b"k" * 64)):
        with pytest.raises(errors.CannotUnlock):
            keeper.opened_by(secret, keyfile=keyfile)


def test_too_little_memory_changes_nothing(volume, monkeypatch):
    """Without the memory for Argon2id nothing is tried with less."""
    keeper = volume.keeper()
    before = volume.slots
    monkeypatch.setattr(process, "available_memory", lambda: (64 << 20) - 1)
    for attempt in (
        lambda: keeper.opened_by(PASSPHRASE),
        lambda: keeper.add(_passphrase(SECOND), made_at=AT),
        lambda: keeper.replace(volume.index_of(PASSPHRASE), _passphrase(SECOND), made_at=AT),
    ):
        with pytest.raises(errors.NotEnoughMemory) as caught:
            attempt()
        assert caught.value.needed == 64 << 20
    assert volume.slots == before


# --- an older file put back ------------------------------------------------------------------------


def test_an_older_slots_put_back_is_noticed(volume):
    """After any writing, the slots as they were before open nothing without an alarm."""
    keeper = volume.keeper()
    index = keeper.add(_passphrase(SECOND), made_at=AT)
    older = [volume.slots]
    keeper.remember_head(LATER)
    older.append(volume.slots)
    keeper.replace(index, _passphrase(THIRD), made_at=AT)
    older.append(volume.slots)
    keeper.remove(index)
    keeper.remember_head(Head(count=4, hash=b"\x04" * 32, epoch=12))
    newest = volume.slots
    for content, secret in (
        (older[0], PASSPHRASE),
        (older[1], SECOND),
        (older[2], THIRD),
        (older[2], RECOVERY),
    ):
        volume.slots = content
        with pytest.raises(errors.HistoryAltered):
            volume.keeper(secret)
    volume.slots = newest
    volume.keeper()
    keeper = volume.keeper()
    volume.slots = older[2]
    with pytest.raises(errors.HistoryAltered):
        keeper.opened_by(THIRD)


def test_an_altered_slot_of_another_secret_is_mended(volume):
    """Bytes that went bad in a slot that did not open are written anew at the next lock."""
    index = volume.index_of(RECOVERY)
    content = bytearray(volume.slots)
    content[32 + index * 480 + 100] ^= 1
    volume.slots = bytes(content)
    assert not volume.opens(RECOVERY)
    volume.keeper().remember_head(LATER)
    assert volume.opens(RECOVERY)
    assert volume.keeper(RECOVERY).known()[0].recipient == ""


# --- stopped in the middle -------------------------------------------------------------------------


class Stopped(BaseException):
    """The process ended here."""


def _stop(monkeypatch, where):
    """Let the next writing end before the file, after the file, or before older rows are taken away."""
    written, settled = folder.write_slots, slot_table.settle

    def never(*_arguments):
        raise Stopped

    def after(place, content):
        written(place, content)
        raise Stopped

    monkeypatch.setattr(folder, "write_slots", {"before": never, "after": after}.get(where, written))
    monkeypatch.setattr(slot_table, "settle", never if where == "unsettled" else settled)


CHANGES = {
    "add": lambda keeper, volume: keeper.add(_passphrase(SECOND), made_at=AT),
    "replace": lambda keeper, volume: keeper.replace(
        volume.index_of(PASSPHRASE), _passphrase(SECOND), made_at=AT
    ),
    "remove": lambda keeper, volume: keeper.remove(volume.index_of(THIRD)),
    "head": lambda keeper, volume: keeper.remember_head(LATER),
}


@pytest.mark.claim("C-KEY-03")
@pytest.mark.parametrize("form", ["table", "first form"])
@pytest.mark.parametrize("where", ["before", "after", "unsettled"])
@pytest.mark.parametrize("change", CHANGES)
def test_stopped_anywhere_it_is_before_or_after(tmp_path, cheap, monkeypatch, change, where, form):
    """Whatever step a change ends at, each secret opens as before or as after, none is lost, none alarms."""
    volume = Volume(tmp_path, first_form=form == "first form")
    for secret in (RECOVERY, PASSPHRASE):
        keeper = volume.keeper(secret)
    keeper.opened_by(RECOVERY)
    keeper.add(_passphrase(THIRD), made_at=AT)
    with monkeypatch.context() as patched:
        _stop(patched, where)
        with pytest.raises(Stopped):
            CHANGES[change](keeper, volume)
    done = where != "before"
    expected = {
        PASSPHRASE.reveal(): not (done and change == "replace"),
        RECOVERY.reveal(): True,
        THIRD.reveal(): not (done and change == "remove"),
        SECOND.reveal(): done and change in ("add", "replace"),
    }
    for _ in range(2):
        for text, opens in expected.items():
            assert volume.opens(Secret(text)) is opens
            if opens:
                volume.keeper(Secret(text))
        keeper = volume.keeper(RECOVERY)
        used = {slot.index for slot in keeper.known()}
        assert used == {volume.index_of(Secret(text)) for text, opens in expected.items() if opens}
        # The next lock settles what the crash left, and changes nothing else.
        keeper.remember_head(Head(count=5, hash=b"\x05" * 32, epoch=99))
    volume.database.close()


def test_a_full_disk_at_the_end_is_no_failure(volume, monkeypatch):
    """Once ``slots`` is written the change is done; rows that fit no more can wait."""

    def full(*_arguments):
        raise errors.NoSpace

    keeper = volume.keeper()
    with monkeypatch.context() as patched:
        patched.setattr(slot_table, "settle", full)
        keeper.replace(volume.index_of(PASSPHRASE), _passphrase(SECOND), made_at=AT)
    assert volume.opens(SECOND)
    assert not volume.opens(PASSPHRASE)
    assert len(slot_table.rows(volume.database)) == 5
    volume.keeper(SECOND).remember_head(LATER)
    assert len(slot_table.rows(volume.database)) == 4


def test_no_key_of_an_old_secret_stays_in_the_table(volume):
    """When a change is done, the table has one row for each slot, and the old keys are gone."""
    keeper = volume.keeper()
    old = volume.opened(PASSPHRASE).slot_key
    keeper.replace(volume.index_of(PASSPHRASE), _passphrase(SECOND), made_at=AT)
    rows = slot_table.rows(volume.database)
    assert sorted(row.slot for row in rows) == list(slot_changes.slots_of(volume.volume))
    assert old not in [row.slot_key for row in rows]


def test_an_unknown_purpose_is_damage(volume):
    """A row of no known kind is not guessed at."""
    keeper = volume.keeper()
    volume.database.execute("UPDATE key_slot SET purpose = 9 WHERE slot = ?", (volume.index_of(RECOVERY),))
    with pytest.raises(errors.VaultDamaged):
        keeper.known()


# --- vaults of the first form ----------------------------------------------------------------------


def test_an_empty_table_learns_the_slot_that_opened(old):
    """The secret that opened is known at once and kept at the next lock; the other one when it is typed."""
    keeper = old.keeper()
    assert _purposes(keeper) == ["PASSPHRASE"]
    keeper.remember_head(LATER)
    assert _purposes(old.keeper()) == ["PASSPHRASE"]
    assert _purposes(old.keeper(RECOVERY)) == ["PASSPHRASE", "RECOVERY"]
    assert old.opened(RECOVERY).payload.head == Head()


def test_nothing_is_added_while_a_used_slot_could_be_hit(old):
    """Until both secrets are known, no slot counts as free; then the other two do."""
    keeper = old.keeper()
    before = old.slots
    with pytest.raises(errors.SlotsUnknown):
        keeper.add(_passphrase(SECOND), made_at=AT)
    assert old.slots == before
    keeper.opened_by(RECOVERY)
    for secret in (SECOND, THIRD):
        keeper.add(_passphrase(secret), made_at=AT)
    assert all(old.opens(secret) for secret in (PASSPHRASE, RECOVERY, SECOND, THIRD))


@pytest.mark.parametrize("where", ["before", "after", "unsettled", "done"])
def test_lost_words_of_an_old_vault_are_replaced_wherever_they_are(old, monkeypatch, where):
    """New recovery words take the place of the ones nobody has typed, which open nothing afterwards."""
    keeper = old.keeper()
    wanted = SlotSecret(purpose=Purpose.RECOVERY, secret=SECOND)
    with monkeypatch.context() as patched:
        _stop(patched, where)
        if where == "done":
            keeper.establish(wanted, made_at=AT)
        else:
            with pytest.raises(Stopped):
                keeper.establish(wanted, made_at=AT)
    done = where != "before"
    assert (old.opens(RECOVERY), old.opens(SECOND)) == (not done, done)
    old.keeper(PASSPHRASE)
    old.keeper(SECOND if done else RECOVERY).remember_head(LATER)
    assert _purposes(old.keeper()) == ["PASSPHRASE", "RECOVERY"]
    if done:
        with pytest.raises(errors.SlotsFull):
            old.keeper().establish(wanted, made_at=AT)
        old.keeper().add(_passphrase(THIRD), made_at=AT)
    assert old.opens(PASSPHRASE)


def test_a_copy_of_the_vault_keeps_what_is_known_of_each_secret(volume):
    """When everything is copied under new keys, times and key files of the secrets are still listed."""
    keeper = volume.keeper()
    keeper.add(_passphrase(SECOND, b"k" * 64), made_at="later")
    before = keeper.known()
    content = slot_changes.reseal(HEADER, volume.slots, keeper.used(), head=LATER)
    with volume.database.transaction():
        slot_table.begin(volume.database, content, keeper.used(), made_at="now")
    volume.slots = content
    assert volume.keeper().known() == before
