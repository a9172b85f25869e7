"""What opening costs: always the same work, never less of it, and a clear error where it cannot be done."""

import subprocess
import sys
import textwrap

import pytest
from nacl.exceptions import RuntimeError as SodiumError

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, Purpose, SlotPayload, VaultHeader, VolumeKeys
from fieldlog.primitives import kdf, rng
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS, Argon2Profile
from fieldlog.primitives.secret import Secret

HEADER = VaultHeader(profile=CHEAPEST_FOR_TESTS)
KEYFILE = b"k" * 64


def _secret(index):
    return Secret.from_text(f"passphrase number {index}")


@pytest.fixture
def full(cheap):
    """A ``slots`` in which all eight slots of both volumes are used, every second one with a key file."""
    content = rng.random_bytes(keyslots.SLOTS_BYTES)
    keys = [VolumeKeys.generate() for _ in range(2)]
    for index in range(8):
        payload = SlotPayload(
            volume=index // 4, purpose=Purpose.PASSPHRASE, keys=keys[index // 4], head=Head()
        )
        slot_keys = keyslots.keys_for(HEADER, content, _secret(index), keyfile=KEYFILE if index % 2 else None)
        content, _ = slot_changes.put(HEADER, content, slot_keys, index=index, payload=payload)
    return content


@pytest.fixture
def work(monkeypatch):
    """Every derivation and every trial in the order in which they are made."""
    made = []
    derive, expand, trial = keyslots.argon2id, keyslots.hkdf_sha256, keyslots.XChaCha.open

    def deriving(secret, *, salt, profile):
        made.append(("argon2id", profile.memory_mib, profile.passes))
        return derive(secret, salt=salt, profile=profile)

    def expanding(key, *, salt, info, length):
        made.append(("hkdf", info))
        return expand(key, salt=salt, info=info, length=length)

    def trying(self, sealed, *, nonce, associated):
        made.append(("trial", associated[-1]))
        return trial(self, sealed, nonce=nonce, associated=associated)

    monkeypatch.setattr(keyslots, "argon2id", deriving)
    monkeypatch.setattr(keyslots, "hkdf_sha256", expanding)
    monkeypatch.setattr(keyslots.XChaCha, "open", trying)
    return made


EVERY_STEP = [
    ("argon2id", 64, 3),
    *(("hkdf", b"slot" + bytes((index,))) for index in range(8)),
    *(("trial", index) for index in range(8)),
]


@pytest.mark.parametrize("index", [*range(8), "wrong", "wrong key file", "no key file"])
def test_the_same_steps_whichever_slot_opens_or_none(full, work, index):
    """One Argon2id, eight keys, eight trials, in one order: for every slot of both volumes, and for no slot."""
    if isinstance(index, int):
        keyfile = KEYFILE if index % 2 else None
        assert keyslots.open_slots(HEADER, full, _secret(index), keyfile=keyfile).index == index
    else:
        secret = Secret.from_text("wrong") if index == "wrong" else _secret(1)
        keyfile = b"x" * 64 if index == "wrong key file" else None
        with pytest.raises(errors.CannotUnlock):
            keyslots.open_slots(HEADER, full, secret, keyfile=keyfile)
    assert work == EVERY_STEP


@pytest.mark.claim("C-KEY-02")
@pytest.mark.parametrize(("memory", "passes"), [(64, 3), (64, 64), (2048, 3), (2048, 64)])
def test_the_limits_themselves_are_allowed(memory, passes):
    """64 MiB to 2 GiB and 3 to 64 passes can be stored and read again."""
    header = VaultHeader(profile=Argon2Profile(name="stored", memory_mib=memory, passes=passes))
    assert VaultHeader.parse(header.encode()).profile == header.profile


@pytest.mark.claim("C-KEY-02")
@pytest.mark.parametrize(
    ("memory", "passes"), [(63, 3), (0, 3), (-64, 3), (2049, 3), (64, 2), (64, 0), (64, 65)]
)
def test_outside_the_limits_nothing_is_derived(monkeypatch, memory, passes):
    """A header that asks for less work or for a week of it is refused before Argon2id is called."""
    monkeypatch.setattr(kdf.sodium, "crypto_pwhash_alg", lambda *_: pytest.fail("derived"))
    content = HEADER.encode().replace(b'"memory_mib": 64', b'"memory_mib": %d' % memory)
    content = content.replace(b'"passes": 3', b'"passes": %d' % passes)
    with pytest.raises(errors.KeySlotError) as caught:
        VaultHeader.parse(content)
    assert caught.value.reason in ("argon2-memory", "argon2-passes")


@pytest.mark.claim("C-KEY-02")
def test_a_failed_allocation_is_not_tried_again_with_less(full, monkeypatch):
    """When libsodium does not get the memory there is one attempt, with the stored numbers, and an error."""
    monkeypatch.undo()
    asked = []

    def fail(_length, _secret, _salt, passes, memory, _kind):
        asked.append((passes, memory))
        raise SodiumError("no memory")

    monkeypatch.setattr(kdf.sodium, "crypto_pwhash_alg", fail)
    with pytest.raises(errors.NotEnoughMemory) as caught:
        keyslots.open_slots(HEADER, full, _secret(0))
    assert asked == [(3, 64 << 20)]
    assert caught.value.needed == 64 << 20


@pytest.mark.claim("C-KEY-02")
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS does not limit a process elsewhere")
def test_with_too_little_memory_for_real():
    """In a process that may not grow by 512 MiB, the usual profile is an error that names them."""
    program = textwrap.dedent(
        """
        import re, resource
        from pathlib import Path
        from fieldlog.errors import NotEnoughMemory
        from fieldlog.primitives import kdf
        from fieldlog.primitives.secret import Secret

        def derive(profile):
            return kdf.argon2id(Secret(b"secret"), salt=bytes(16), profile=profile)

        derive(kdf.CHEAPEST_FOR_TESTS)
        size = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) << 10
        resource.setrlimit(resource.RLIMIT_AS, (size + (200 << 20),) * 2)
        derive(kdf.CHEAPEST_FOR_TESTS)
        try:
            derive(kdf.L)
        except NotEnoughMemory as error:
            print(error.needed >> 20)
        """
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert (run.returncode, run.stdout.strip()) == (0, "512"), run.stderr
