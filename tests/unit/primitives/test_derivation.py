"""HKDF, scrypt, Argon2id, word lists and recovery words."""

from __future__ import annotations

import itertools

import pytest
from mnemonic import Mnemonic
from nacl.exceptions import RuntimeError as SodiumError

from fieldlog.errors import KeySlotError, KeyTextError, NotEnoughMemory, UsageError
from fieldlog.primitives import kdf, recovery, rng, words
from fieldlog.primitives.secret import Secret

SALT = bytes(range(16))


def test_hkdf() -> None:
    """RFC 5869 appendix A.1."""
    derived = kdf.hkdf_sha256(
        Secret(b"\x0b" * 22), salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)), length=42
    )
    assert derived.reveal().hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_scrypt() -> None:
    """The same as another implementation; nothing outside the limits."""
    import hashlib

    expected = hashlib.scrypt(b"pass", salt=b"salt", n=1024, r=8, p=1, dklen=32)
    assert kdf.scrypt(Secret(b"pass"), salt=b"salt", work_factor=10).reveal() == expected
    for refused in (0, 31):
        with pytest.raises(UsageError):
            kdf.scrypt(Secret(b"pass"), salt=b"salt", work_factor=refused)


def test_scrypt_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing memory is named with the amount."""

    def fail(**_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(kdf, "Scrypt", fail)
    with pytest.raises(NotEnoughMemory) as caught:
        kdf.scrypt(Secret(b"pass"), salt=b"salt", work_factor=18)
    assert caught.value.needed == 256 << 20


def test_argon2id() -> None:
    """The same as another implementation (OpenSSL's or the RFC's, through cryptography)."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    expected = Argon2id(salt=SALT, length=32, iterations=3, lanes=1, memory_cost=64 << 10).derive(b"pass")
    derived = kdf.argon2id(Secret(b"pass"), salt=SALT, profile=kdf.CHEAPEST_FOR_TESTS)
    assert derived.reveal() == expected
    with pytest.raises(UsageError):
        kdf.argon2id(Secret(b"pass"), salt=bytes(32), profile=kdf.CHEAPEST_FOR_TESTS)


def test_argon2id_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing memory is an error with the amount, never a weaker key."""

    def fail(*_: object) -> None:
        raise SodiumError("key derivation failed")

    monkeypatch.setattr(kdf.sodium, "crypto_pwhash_alg", fail)
    with pytest.raises(NotEnoughMemory) as caught:
        kdf.argon2id(Secret(b"pass"), salt=SALT, profile=kdf.L)
    assert caught.value.needed == 512 << 20


@pytest.mark.claim("C-KEY-02")
def test_profiles() -> None:
    """The usual profile is 512 MiB and four passes; none below 64 MiB or three passes can exist."""
    assert [(one.name, one.memory_mib, one.passes) for one in kdf.PRESETS] == [
        ("XL", 1024, 4),
        ("L", 512, 4),
        ("M", 256, 4),
        ("S", 64, 12),
    ]
    assert all(one.memory_mib >= 64 and one.passes >= 3 for one in (*kdf.PRESETS, kdf.CHEAPEST_FOR_TESTS))
    for memory, passes in ((63, 3), (2049, 3), (64, 2), (64, 65)):
        with pytest.raises(KeySlotError):
            kdf.Argon2Profile(name="stored", memory_mib=memory, passes=passes)


@pytest.mark.claim("C-KEY-02")
@pytest.mark.parametrize(
    ("seconds", "available", "name"),
    [
        (0.01, 64 << 30, "XL"),
        (0.01, 4 << 30, "XL"),
        (0.01, (4 << 30) - 1, "L"),
        (0.1, 64 << 30, "L"),
        (0.2, 64 << 30, "M"),
        (0.3, 64 << 30, "S"),
        (9.0, 64 << 30, "S"),
        (0.01, 64 << 20, "S"),
    ],
)
def test_calibration(monkeypatch: pytest.MonkeyPatch, seconds: float, available: int, name: str) -> None:
    """The largest preset that fits time and memory, and never less than S."""
    monkeypatch.setattr(kdf, "argon2id", lambda *_, **__: None)
    ticks = itertools.count(0.0, seconds)
    assert kdf.calibrate(available, timer=lambda: next(ticks)).name == name


def test_too_little_memory_for_any_preset() -> None:
    """A machine that cannot do S is told so."""
    with pytest.raises(NotEnoughMemory):
        kdf.calibrate((64 << 20) - 1)


def test_word_languages() -> None:
    """Kazakh readers get the Russian list, unknown languages the English one."""
    assert [words.words_language(one) for one in ("en", "ru", "kk", "fr")] == ["en", "ru", "ru", "en"]
    for language in ("en", "ru", "kk"):
        assert len(set(words.word_list(language))) == 2048
    assert not set(words.word_list("en")) & set(words.word_list("ru"))


@pytest.mark.claim("C-KEY-01")
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_each_word_is_a_draw_of_its_own_among_all_2048(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The system's randomness is asked once for each of seven words, and number n is word n of 2,048."""
    listed = words.word_list(language)
    assert len(set(listed)) == len(listed) == 2048
    # Typing does not make two words one: each word is read as itself.
    assert [words.read_words(word) for word in listed] == [(word,) for word in listed]
    asked: list[int] = []
    numbers = itertools.cycle(range(2048))
    monkeypatch.setattr(rng.secrets, "randbelow", lambda bound: asked.append(bound) or next(numbers))
    phrases = [words.passphrase_words(language) for _ in range(2048)]
    assert {len(phrase) for phrase in phrases} == {7}
    assert list(itertools.chain(*phrases)) == list(listed) * 7
    assert asked == [2048] * 7 * 2048


@pytest.mark.claim("C-KEY-01")
def test_words_may_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draw that comes again is not drawn anew: that would leave fewer than 77 bits."""
    asked: list[int] = []
    monkeypatch.setattr(rng.secrets, "randbelow", lambda bound: asked.append(bound) or 2047)
    assert words.passphrase_words("en") == ("zoo",) * 7
    assert len(asked) == 7


@pytest.mark.claim("C-KEY-01")
@pytest.mark.parametrize("draws", range(7))
def test_no_words_without_randomness(monkeypatch: pytest.MonkeyPatch, draws: int) -> None:
    """When the system has no randomness to give there is no passphrase, not one from elsewhere."""
    numbers = iter(range(draws))

    def draw(_bound: int) -> int:
        for number in numbers:
            return number
        raise OSError("no randomness")

    monkeypatch.setattr(rng.secrets, "randbelow", draw)
    with pytest.raises(OSError, match="no randomness"):
        words.passphrase_words("ru")


def test_passphrases() -> None:
    """Seven words of the list, and typing them in any way gives the same secret."""
    drawn = words.passphrase_words("ru")
    assert len(drawn) == 7
    assert set(drawn) <= set(words.word_list("ru"))
    typed = "  " + "\n".join(drawn).upper()
    assert words.phrase(words.read_words(typed)) == words.phrase(drawn)
    assert words.read_words("Ёлка") == ("елка",)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_recovery_round_trip(language: str) -> None:
    """Any entropy comes back from its words, and the words are BIP-39's."""
    listed = Mnemonic({"en": "english"}.get(language, "russian"))
    for entropy in (bytes(16), b"\xff" * 16, *(recovery.generate().reveal() for _ in range(50))):
        written = recovery.words_for(Secret(entropy), language)
        assert " ".join(written) == listed.to_mnemonic(entropy)
        assert recovery.entropy_of(written) == Secret(entropy)


def test_bip39_vector() -> None:
    """The published vector for 7f...7f."""
    text = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    assert recovery.entropy_of(words.read_words(text)) == Secret(b"\x7f" * 16)


def test_recovery_refusals() -> None:
    """Each slip of the pen has its reason."""
    good = list(recovery.words_for(Secret(bytes(16)), "en"))
    wrong_word = [*good[:-1], "елка"]
    for typed, reason in (
        (good[:-1], "recovery-word-count"),
        (wrong_word, "recovery-word-unknown"),
        ([*good[:-1], "abandon"], "recovery-checksum"),
    ):
        with pytest.raises(KeyTextError) as caught:
            recovery.entropy_of(typed)
        assert caught.value.reason == reason
    with pytest.raises(KeyTextError):
        recovery.words_for(Secret(bytes(15)), "en")
