"""Changing who can open the vault, as a face asks for it."""

import json

import pytest

from fieldlog import errors
from fieldlog.field import keys, recovery_keys, vault
from fieldlog.formats.keyslots import Purpose
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.vault import slot_table
from fieldlog.system import process
from support.backups import FIXTURES, unpacked

from .conftest import PASSPHRASE, RECOVERY

NEW = Secret.from_text("lantern meadow copper sandal thimble harvest quiet")
OTHER = Secret.from_text("ribbon summit gravel tunic orchid walnut saddle")
WRONG = Secret.from_text("these words open nothing at all here")


@pytest.fixture
def words():
    """Twelve new recovery words."""
    return vault.secret_of(vault.propose_recovery("en"))


@pytest.fixture
def opens(folder, clock):
    """Whether a secret opens the vault now, and locks it again."""

    def opens(secret, keyfile=None):
        try:
            vault.unlock(folder=folder, passphrase=secret, clock=clock, keyfile=keyfile).lock()
        except errors.CannotUnlock:
            return False
        return True

    return opens


def _numbers(opened):
    return {key.purpose: key.number for key in keys.list_keys(opened)}


def test_a_new_vault_lists_passphrase_and_recovery_words(opened):
    """Both are listed with number, time and which one opened the vault."""
    listed = keys.list_keys(opened)
    assert sorted(key.purpose for key in listed) == [Purpose.PASSPHRASE, Purpose.RECOVERY]
    assert all(1 <= key.number <= keys.PLACES for key in listed)
    assert [key.opened for key in listed if key.purpose is Purpose.PASSPHRASE] == [True]
    assert {key.made_at.date().isoformat() for key in listed} == {"2026-03-01"}


@pytest.mark.claim("C-KEY-03")
def test_a_changed_passphrase_shuts_the_old_one_out(opened, opens):
    """After the change only the new passphrase and the recovery words open the vault."""
    changed = keys.change_passphrase(opened, present=PASSPHRASE, new=NEW)
    assert (changed.purpose, changed.opened, changed.keyfile) == (Purpose.PASSPHRASE, True, False)
    assert changed.made_at == opened.clock.now()
    opened.lock()
    assert [opens(secret) for secret in (NEW, RECOVERY, PASSPHRASE)] == [True, True, False]


def test_forgotten_passphrase_is_changed_with_the_recovery_words(unlock, opens):
    """The recovery words are enough to set a new passphrase; they stay themselves."""
    opened = unlock(RECOVERY)
    keys.change_passphrase(opened, present=RECOVERY, new=NEW)
    opened.lock()
    assert [opens(secret) for secret in (NEW, RECOVERY, PASSPHRASE)] == [True, True, False]


def test_with_several_passphrases_the_recovery_words_do_not_choose(unlock, opens):
    """Which of several passphrases is to be changed has to be said."""
    opened = unlock(RECOVERY)
    added = keys.add_passphrase(opened, present=RECOVERY, new=NEW)
    with pytest.raises(errors.UsageError) as caught:
        keys.change_passphrase(opened, present=RECOVERY, new=OTHER)
    assert caught.value.reason == "which-passphrase"
    changed = keys.change_passphrase(opened, present=RECOVERY, new=OTHER, number=added.number)
    assert changed.number == added.number
    opened.lock()
    assert [opens(secret) for secret in (PASSPHRASE, OTHER, NEW)] == [True, True, False]


@pytest.mark.parametrize("present", [WRONG, NEW])
def test_nothing_changes_without_a_present_secret(opened, words, present, folder):
    """Whoever finds the vault unlocked and knows no secret of it cannot change one."""
    before = (folder / "slots").read_bytes()
    for attempt in (
        lambda: keys.change_passphrase(opened, present=present, new=NEW),
        lambda: keys.add_passphrase(opened, present=present, new=NEW),
        lambda: keys.remove(opened, 1, present=present),
        lambda: keys.change_recovery(opened, words, present=present),
        lambda: keys.renew(opened, present=present),
    ):
        with pytest.raises(errors.CannotUnlock):
            attempt()
    assert (folder / "slots").read_bytes() == before


def test_checking_the_present_secret_costs_an_unlock(opened, monkeypatch):
    """Each check is one Argon2id and eight trials, so a vault left open is no place to guess faster."""
    from fieldlog.formats import keyslots

    calls = []
    derive, trial = keyslots.argon2id, keyslots.XChaCha.open
    monkeypatch.setattr(keyslots, "argon2id", lambda *a, **k: calls.append("derived") or derive(*a, **k))
    monkeypatch.setattr(keyslots.XChaCha, "open", lambda *a, **k: calls.append("tried") or trial(*a, **k))
    with pytest.raises(errors.CannotUnlock):
        keys.remove(opened, 1, present=WRONG)
    assert calls == ["derived", *["tried"] * 8]


def test_a_second_passphrase_is_added_and_removed(opened, unlock, opens):
    """Another person's passphrase opens the vault until it is removed."""
    added = keys.add_passphrase(opened, present=PASSPHRASE, new=NEW)
    assert [key.number for key in keys.list_keys(opened)].count(added.number) == 1
    opened.lock()
    assert opens(NEW)
    opened = unlock()
    keys.remove(opened, added.number, present=PASSPHRASE)
    opened.lock()
    assert [opens(secret) for secret in (NEW, PASSPHRASE, RECOVERY)] == [False, True, True]


def test_what_the_vault_needs_is_not_removed(opened):
    """The last passphrase, the recovery words and the words just typed stay; a number nobody has is told."""
    numbers = _numbers(opened)
    with pytest.raises(errors.SecretNeeded):
        keys.remove(opened, numbers[Purpose.PASSPHRASE], present=RECOVERY)
    with pytest.raises(errors.SecretNeeded):
        keys.remove(opened, numbers[Purpose.RECOVERY], present=PASSPHRASE)
    added = keys.add_passphrase(opened, present=PASSPHRASE, new=NEW)
    with pytest.raises(errors.SecretNeeded):
        keys.remove(opened, added.number, present=NEW)
    with pytest.raises(errors.SecretNeeded):
        keys.remove(opened, numbers[Purpose.RECOVERY], present=RECOVERY)
    (free, *_) = {1, 2, 3, 4} - {*numbers.values(), added.number}
    for number in (0, 5, free):
        with pytest.raises(errors.UnknownSlot):
            keys.remove(opened, number, present=PASSPHRASE)
    with pytest.raises(errors.UnknownSlot):
        keys.change_passphrase(opened, present=PASSPHRASE, new=OTHER, number=numbers[Purpose.RECOVERY])
    keys.remove(opened, added.number, present=RECOVERY)


def test_a_full_vault_says_so(opened):
    """Four secrets are all there is room for; words in use are told as such."""
    for new in (NEW, OTHER):
        keys.add_passphrase(opened, present=PASSPHRASE, new=new)
    with pytest.raises(errors.SlotsFull):
        keys.add_passphrase(opened, present=PASSPHRASE, new=WRONG)
    with pytest.raises(errors.SecretInUse):
        keys.change_passphrase(opened, present=PASSPHRASE, new=OTHER)
    with pytest.raises(errors.SecretInUse):
        keys.change_passphrase(opened, present=PASSPHRASE, new=PASSPHRASE)


def test_typed_in_any_way_it_is_the_same_secret(opened, opens):
    """Capitals and blanks make no other secret, neither in the present one nor in the new one."""
    loud = Secret.from_text("  " + PASSPHRASE.reveal().decode().upper() + "\n")
    keys.change_passphrase(opened, present=loud, new=Secret.from_text(" LANTERN  meadow copper sandal "))
    opened.lock()
    assert opens(Secret.from_text("lantern meadow copper sandal"))


# --- recovery words --------------------------------------------------------------------------------


def test_new_recovery_words_take_the_place_of_the_old(opened, opens, words, unlock):
    """Old recovery words open nothing any more, and backups are sealed to the new ones."""
    old = opened.store.settings.get(recovery_keys.SETTING)
    changed = keys.change_recovery(opened, words, present=PASSPHRASE)
    assert changed.purpose is Purpose.RECOVERY
    recipient = recovery_keys.recovery_recipient(words).to_text()
    assert old != opened.store.settings.get(recovery_keys.SETTING) == recipient
    opened.lock()
    assert [opens(secret) for secret in (words, PASSPHRASE, RECOVERY)] == [True, True, False]


@pytest.mark.parametrize("twelve", ["one two three", "farm happy cluster " * 4, "zoo " * 12])
def test_only_recovery_words_become_recovery_words(opened, twelve):
    """A slip of the pen is found before anything is changed."""
    with pytest.raises(errors.KeyTextError):
        keys.change_recovery(opened, Secret.from_text(twelve), present=PASSPHRASE)


def test_interrupted_between_slot_and_setting_the_next_unlock_follows(opened, unlock, words, monkeypatch):
    """When the new words open the vault, backups go to them, wherever the change was interrupted."""

    class Stopped(BaseException):
        pass

    def stop(*_arguments):
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(opened.store.settings, "set", stop)
        with pytest.raises(Stopped):
            keys.change_recovery(opened, words, present=PASSPHRASE)
    recipient = recovery_keys.recovery_recipient(words).to_text()
    assert opened.store.settings.get(recovery_keys.SETTING) != recipient
    opened.lock()
    assert unlock().store.settings.get(recovery_keys.SETTING) == recipient


def test_interrupted_before_the_slot_backups_stay_with_the_old_words(opened, unlock, words, monkeypatch):
    """When the old words still open the vault, backups still go to them."""

    class Stopped(BaseException):
        pass

    def stop(*_arguments):
        raise Stopped

    before = opened.store.settings.get(recovery_keys.SETTING)
    with monkeypatch.context() as patched:
        patched.setattr(vault_folder, "write_slots", stop)
        with pytest.raises(Stopped):
            keys.change_recovery(opened, words, present=PASSPHRASE)
    opened.lock()
    opened = unlock(RECOVERY)
    assert opened.store.settings.get(recovery_keys.SETTING) == before


# --- key files -------------------------------------------------------------------------------------


@pytest.fixture
def keyfile(opened, tmp_path):
    """A key file beside the vault's folder."""
    path = tmp_path / "stick" / "holiday.bin"
    path.parent.mkdir()
    keys.make_keyfile(opened, path)
    return path


def test_a_key_file_is_64_random_bytes_for_its_owner(opened, keyfile, tmp_path):
    """It is private, never the same twice, and never written over something."""
    assert len(keyfile.read_bytes()) == 64
    assert keyfile.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    keys.make_keyfile(opened, other)
    assert other.read_bytes() != keyfile.read_bytes()
    with pytest.raises(errors.TargetExists):
        keys.make_keyfile(opened, keyfile)


def test_with_a_key_file_both_are_needed(opened, keyfile, opens, unlock, tmp_path):
    """The passphrase alone opens nothing, nor with another file; the recovery words open as before."""
    changed = keys.change_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=keyfile)
    assert changed.keyfile
    other = tmp_path / "other"
    keys.make_keyfile(opened, other)
    photo = tmp_path / "photo"
    photo.write_bytes(b"p" * 2_000_000)
    opened.lock()
    assert opens(NEW, keyfile)
    assert opens(RECOVERY)
    assert not any(opens(NEW, wrong) for wrong in (None, other, photo))
    assert not opens(PASSPHRASE)


def test_a_key_file_for_words_that_need_none_is_refused(opened, keyfile, opens):
    """It would keep nobody out: the words alone open the vault already. Those that are replaced are not meant."""
    keys.add_passphrase(opened, present=PASSPHRASE, new=NEW)
    with pytest.raises(errors.SecretInUse):
        keys.add_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=keyfile)
    with pytest.raises(errors.SecretInUse):
        keys.change_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=keyfile)
    assert keys.change_passphrase(opened, present=NEW, new=NEW, keyfile=keyfile).keyfile
    opened.lock()
    assert opens(NEW, keyfile)
    assert not opens(NEW)


def test_a_key_file_is_part_of_the_present_secret(opened, keyfile, opens):
    """The file is asked for in a change too, and can be given up in one."""
    keys.change_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=keyfile)
    with pytest.raises(errors.CannotUnlock):
        keys.change_passphrase(opened, present=NEW, new=OTHER)
    keys.change_passphrase(opened, present=NEW, present_keyfile=keyfile, new=NEW)
    opened.lock()
    assert opens(NEW)
    assert not opens(NEW, keyfile)


def test_a_key_file_never_lies_in_the_vault(opened, folder, tmp_path):
    """Neither made there nor taken from there, by whatever name the place is given."""
    link = tmp_path / "link"
    link.symlink_to(folder)
    inside = folder / "key"
    before = sorted(folder.iterdir())
    for path in (inside, link / "key", tmp_path / "nothing" / ".." / folder.name / "key"):
        with pytest.raises(errors.KeyFileInVault):
            keys.make_keyfile(opened, path)
    assert sorted(folder.iterdir()) == before
    outside = tmp_path / "key"
    keys.make_keyfile(opened, outside)
    outside.rename(inside)
    with pytest.raises(errors.KeyFileInVault):
        keys.change_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=inside)
    pointing = tmp_path / "pointing"
    pointing.symlink_to(inside)
    with pytest.raises(errors.KeyFileInVault):
        keys.add_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=pointing)
    inside.unlink()


@pytest.mark.parametrize("content", [b"", b"k" * 63, b"k" * 65])
def test_only_files_that_fieldlog_made_become_key_files(opened, tmp_path, content, opens):
    """Another file is refused, so that nobody loses the vault with a photo that a program saved anew."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(errors.NotAKeyFile):
        keys.change_passphrase(opened, present=PASSPHRASE, new=NEW, keyfile=path)
    opened.lock()
    assert not opens(PASSPHRASE, path)
    assert opens(PASSPHRASE)


def test_a_missing_key_file_is_told(opened, folder, clock, tmp_path):
    """A file that is not there is not called a wrong passphrase; a folder or a pipe is no file."""
    opened.lock()
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(errors.FileUnreadable):
            vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=clock, keyfile=path)


# --- a new vault key -------------------------------------------------------------------------------


def test_a_new_vault_key_makes_an_old_copy_of_the_slots_useless(opened, folder, opens, unlock):
    """After a change of passphrase and a new vault key, the old passphrase and old slots open nothing new."""
    old_slots = (folder / "slots").read_bytes()
    keys.change_passphrase(opened, present=PASSPHRASE, new=NEW)
    keys.renew(opened, present=NEW)
    assert not opened.is_open
    assert [opens(secret) for secret in (NEW, RECOVERY, PASSPHRASE)] == [True, True, False]
    opened = unlock(NEW)
    listed = keys.list_keys(opened)
    assert sorted(key.purpose for key in listed) == [Purpose.PASSPHRASE, Purpose.RECOVERY]
    assert len({key.made_at for key in listed}) == 2
    opened.lock()
    (folder / "slots").write_bytes(old_slots)
    with pytest.raises(errors.VaultDamaged):
        opens(PASSPHRASE)


# --- memory ----------------------------------------------------------------------------------------


@pytest.mark.claim("C-KEY-02")
def test_without_memory_nothing_changes_and_nothing_weaker_is_tried(opened, folder, monkeypatch):
    """Where Argon2id does not get its memory there is an error that names it, and the slots are as they were."""
    before = (folder / "slots").read_bytes()
    monkeypatch.setattr(process, "available_memory", lambda: 10 << 20)
    with pytest.raises(errors.NotEnoughMemory) as caught:
        keys.change_passphrase(opened, present=PASSPHRASE, new=NEW)
    assert caught.value.needed == 64 << 20
    assert (folder / "slots").read_bytes() == before


def test_the_list_survives_a_full_disk_at_the_last_step(opened, opens, monkeypatch):
    """A change that is on the disk counts, also when there is no room to tidy up after it."""

    def full(*_arguments):
        raise errors.NoSpace

    with monkeypatch.context() as patched:
        patched.setattr(slot_table, "settle", full)
        keys.change_passphrase(opened, present=PASSPHRASE, new=NEW)
    opened.lock()
    assert [opens(secret) for secret in (NEW, PASSPHRASE)] == [True, False]


# --- an older file put back ------------------------------------------------------------------------


def test_slots_of_an_earlier_day_put_back_alone_are_noticed(folder, unlock):
    """After one more unlock and lock, the earlier ``slots`` opens nothing without an alarm, with either secret."""
    earlier = (folder / "slots").read_bytes()
    unlock().lock()
    newest = (folder / "slots").read_bytes()
    assert newest != earlier
    (folder / "slots").write_bytes(earlier)
    for secret in (PASSPHRASE, RECOVERY):
        with pytest.raises(errors.HistoryAltered):
            unlock(secret)
    (folder / "slots").write_bytes(newest)
    unlock(RECOVERY).lock()


def test_each_secret_remembers_the_last_lock(folder, unlock):
    """Whichever secret opened the vault, every slot of it remembers the head of the last lock."""
    opened = unlock(RECOVERY)
    head = opened.store.head
    opened.lock()
    opened = unlock()
    assert opened.store.slots.used()[0].payload.head.epoch >= head.epoch
    opened.lock()


# --- a vault that an earlier Fieldlog made ---------------------------------------------------------


@pytest.fixture
def first_form(tmp_path, clock):
    """Unlock a vault of format 1 with its passphrase or with its recovery words; locked at the end."""
    told = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    place = unpacked("format-1", tmp_path / "first")
    opened = []

    def unlocked(name):
        secret = vault.typed_secret(told[name])
        opened.append(vault.unlock(folder=place, passphrase=secret, clock=clock))
        return opened[-1], secret

    yield unlocked
    for one in opened:
        one.lock()


def test_in_an_old_vault_nothing_is_added_before_both_secrets_are_known(first_form):
    """What has not opened it is not listed, and no slot that could be in use is written."""
    opened, passphrase = first_form("passphrase")
    assert [key.purpose for key in keys.list_keys(opened)] == [Purpose.PASSPHRASE]
    assert keys.list_keys(opened)[0].made_at is None
    with pytest.raises(errors.SlotsUnknown):
        keys.add_passphrase(opened, present=passphrase, new=NEW)
    opened.lock()
    opened, recovery = first_form("recovery")
    keys.add_passphrase(opened, present=recovery, new=NEW)
    assert len(keys.list_keys(opened)) == 3


def test_in_an_old_vault_lost_words_are_replaced(first_form, words):
    """Whoever has only the passphrase makes new recovery words, and the lost ones open nothing any more."""
    opened, passphrase = first_form("passphrase")
    keys.change_recovery(opened, words, present=passphrase)
    assert len(keys.list_keys(opened)) == 2
    opened.lock()
    with pytest.raises(errors.CannotUnlock):
        first_form("recovery")
    first_form("passphrase")


def test_in_an_old_vault_a_forgotten_passphrase_is_replaced(first_form):
    """Whoever has only the recovery words sets a new passphrase, and the forgotten one opens nothing any more."""
    opened, recovery = first_form("recovery")
    keys.change_passphrase(opened, present=recovery, new=NEW)
    opened.lock()
    with pytest.raises(errors.CannotUnlock):
        first_form("passphrase")
    first_form("recovery")


def test_an_old_vault_gets_a_new_key_with_its_upgrade_only(first_form):
    """Its slots cannot be written again without all secrets, so ``renew`` says what to do instead."""
    opened, passphrase = first_form("passphrase")
    with pytest.raises(errors.VaultOfFirstForm):
        keys.renew(opened, present=passphrase)


def test_a_vault_without_recovery_words_gets_some(opened, words, opens):
    """Where a volume has none at all, new recovery words take a free slot."""
    number = _numbers(opened)[Purpose.RECOVERY]
    slots = opened.store.slots
    (index,) = [slot.index for slot in slots.known() if slot.purpose is Purpose.RECOVERY]
    slots.remove(index)
    assert number not in [key.number for key in keys.list_keys(opened)]
    keys.change_recovery(opened, words, present=PASSPHRASE)
    opened.lock()
    assert opens(words)
