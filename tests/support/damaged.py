"""A small vault, everything that was ever in it, and ways to damage it: for tests of ``check`` and ``recover``."""

from __future__ import annotations

import hashlib
import random
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fieldlog.field import recording
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.outbox import HandOver
from fieldlog.store.volume import sizes
from fieldlog.system import files
from fieldlog.system.clock import FixedClock

PASSPHRASE = field_vault.typed_secret("lantern meadow copper sandal thimble harvest quiet")
RECOVERY = field_vault.typed_secret("cactus velvet anchor plum ribbon summit gravel tunic")
SMALL = sizes.Sizes(log=1 << 19, volume=1 << 20, media=1 << 17, unit=1 << 16)
SECTOR = 512
PAGE = 4096
MORNING = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def cheap_argon2id(secret: Secret, *, salt: bytes, profile: kdf.Argon2Profile) -> Secret:
    """In place of Argon2id: ten thousand vaults need forty thousand keys. Not under test here."""
    numbers = f"{profile.memory_mib}/{profile.passes}".encode()
    return Secret(sha256(b"test" + secret.reveal() + salt + numbers))


def cheapen(patch) -> None:
    """Cheap keys and small files for the tests of this module."""
    patch.setattr(keyslots, "argon2id", cheap_argon2id)
    patch.setattr(sizes, "USUAL", SMALL)
    # No power is cut here, and waiting for the disk would be most of the time.
    patch.setattr(files, "sync_descriptor", lambda _descriptor: None)


@dataclass
class Everything:
    """What a vault holds and has held. ``newest`` and the like are of the end, the others of all times."""

    revisions: dict[tuple[str, int], bytes | None] = field(default_factory=dict)
    once: dict[tuple[str, int], set[bytes]] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, set[str]] = field(default_factory=dict)
    lines: dict[str, tuple] = field(default_factory=dict)
    versions: dict[tuple[str, int], bytes] = field(default_factory=dict)
    drafts: dict[str, bytes] = field(default_factory=dict)
    drafts_once: set[tuple[str, bytes]] = field(default_factory=set)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    cards: dict[str, bytes] = field(default_factory=dict)
    bundles: set[tuple] = field(default_factory=set)
    root: bytes = b""


def everything_in(vault: field_vault.OpenVault) -> Everything:
    """Read all tables of an open vault."""
    rows = vault.store._database.execute
    found = Everything()
    for code, rev, content in rows("SELECT code, rev, content FROM revision WHERE code != ''"):
        found.revisions[code, rev] = content
        if content is not None:
            found.once.setdefault((code, rev), set()).add(content)
            found.newest[code] = max(found.newest.get(code, 0), rev)
    for (code,) in rows("SELECT code FROM incident WHERE binned_at IS NOT ''"):
        found.incidents[code] = {
            member for (member,) in rows("SELECT code FROM membership WHERE incident = ?", (code,))
        }
        found.lines[code] = rows(
            "SELECT state, version, changed_at, binned_at, title, occurred, typed_when, place, family, "
            "urgency, files FROM incident WHERE code = ?",
            (code,),
        )[0]
    for code, number, capture in rows("SELECT incident, number, capture FROM version"):
        found.versions[code, number] = capture
    for code, capture in rows("SELECT incident, capture FROM draft"):
        found.drafts[code] = capture
        found.drafts_once.add((code, capture))
    for code, incident in rows(
        "SELECT attachment.code, incident FROM attachment JOIN membership USING (code)"
    ):
        with recording.open_attachment(vault, code) as stored:
            found.files[code] = (incident, hashlib.sha256(stored.read()).digest())
    found.cards = dict(rows("SELECT id, content FROM card"))
    found.bundles = set(rows("SELECT bundle, incident, version FROM bundle_incident"))
    root = rows("SELECT value FROM setting WHERE name = 'reporter-root'")
    found.root = root[0][0] if root else b""
    return found


@dataclass
class Sample:
    """A vault and what it was: the folder, the same folder in the middle of its life, and its contents."""

    folder: Path
    older: Path
    everything: Everything
    own: str
    killed: bool

    @property
    def volume(self) -> str:
        return f"vol-{self.own}"

    @property
    def media(self) -> str:
        return f"media-{self.own}"


class _Life:
    """A reporter who writes things down, with a clock that goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hours = 0
        self.drafts: set[tuple[str, bytes]] = set()
        self.once: dict[tuple[str, int], set[bytes]] = {}

    def clock(self) -> FixedClock:
        self.hours += 1
        return FixedClock(MORNING + timedelta(hours=self.hours))

    def open(self) -> field_vault.OpenVault:
        return field_vault.unlock(folder=self.folder, passphrase=PASSPHRASE, clock=self.clock())

    def note(self, vault: field_vault.OpenVault) -> None:
        found = everything_in(vault)
        self.drafts |= found.drafts_once
        for key, contents in found.once.items():
            self.once.setdefault(key, set()).update(contents)


def build(folder: Path, *, killed: bool, incidents: int = 6) -> Sample:
    """A vault with accounts, drafts, files, people in two incidents, a card, a hand-over and the bin.

    With ``killed`` its last changes are in the log, as a killed process leaves them.
    """
    life = _Life(folder / "vault")
    photo, note = folder / "photo.jpg", folder / "note.txt"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + random.Random(7).randbytes(150_000))
    note.write_bytes("Екі адам тоқтатты.\n".encode() * 40)
    with field_vault.create(
        folder=life.folder,
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=life.clock(),
        profile=kdf.CHEAPEST_FOR_TESTS,
    ) as vault:
        codes = [
            recording.save(
                vault,
                None,
                QuickCapture(
                    what=f"Account {number}. " + "They asked for papers. " * (30 * number + 5),
                    when="2026-03-01",
                    where="Old town",
                    who="2",
                    family="LIB",
                ),
                ready=number % 2 == 0,
            )
            for number in range(incidents)
        ]
        recording.attach(vault, codes[0], photo)
        first = recording.attach(vault, codes[1], note)
        recording.keep_draft(vault, codes[2], QuickCapture(what="First thoughts."))
        vault.store.settings.reporter_root()
        life.note(vault)
    older = folder / "older"
    shutil.copytree(life.folder, older)
    with life.open() as vault:
        person = next(iter(recording.read_incident(vault, codes[0]).persons)).code
        recording.save(vault, codes[3], QuickCapture(what="Other words.", who=person), ready=True)
        recording.save(vault, codes[0], QuickCapture(what="Words again.", where="Square"), ready=True)
        recording.detach(vault, codes[1], first.code)
        recording.attach(vault, codes[4], note)
        recording.move_to_bin(vault, codes[5])
        recording.keep_draft(vault, codes[2], QuickCapture(what="Second thoughts. " * 300))
        recording.keep_draft(vault, None, QuickCapture(what="Only a draft."))
        vault.store.trust.pin(
            card_id="card-1", content=b"a card " * 200, at="2026-03-02T12:00:00Z", checked_at=None
        )
        vault.store.outbox.add(
            HandOver(
                bundle_id="bundle-1",
                at="2026-03-02T12:00:00Z",
                card_ids=("card-1",),
                incidents=((codes[4], 1),),
                tag_sha512=b"\x01" * 64,
                size=9,
                attributable=False,
            )
        )
        life.note(vault)
    place = folder / "vault"
    if killed:
        vault = life.open()
        recording.save(vault, codes[2], QuickCapture(what="Saved before the kill."), ready=True)
        life.note(vault)
        place = folder / "killed"
        shutil.copytree(life.folder, place)
        everything = everything_in(vault)
        own = "ab"[vault.store._slot.payload.volume]
        vault.lock()
    else:
        with life.open() as vault:
            own = "ab"[vault.store._slot.payload.volume]
            # What opening it noted is a change as well.
            everything = everything_in(vault)
    everything.drafts_once |= life.drafts
    for key, contents in life.once.items():
        everything.once.setdefault(key, set()).update(contents)
    return Sample(folder=place, older=older, everything=everything, own=own, killed=killed)


Damage = Callable[[bytearray, random.Random, int, bytes], None]


def _place(content: bytearray, chance: random.Random, align: int) -> int:
    return chance.randrange(max(1, len(content))) // align * align


def flip(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """One bit."""
    if content:
        content[min(at + chance.randrange(SECTOR), len(content) - 1)] ^= 1 << chance.randrange(8)


def zero(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """Sectors of zeros."""
    start, length = at // SECTOR * SECTOR, SECTOR * chance.choice((1, 1, 3, 8, 40))
    end = min(len(content), start + length)
    content[start:end] = bytes(max(0, end - start))


def zero_page(content: bytearray, _chance: random.Random, at: int, _older: bytes) -> None:
    """Exactly one page of zeros."""
    start = at // PAGE * PAGE
    end = min(len(content), start + PAGE)
    content[start:end] = bytes(max(0, end - start))


def garbage(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """Random bytes over a range."""
    end = min(len(content), at + chance.choice((1, 16, SECTOR, PAGE, 10 * PAGE)))
    content[at:end] = chance.randbytes(max(0, end - at))


def swap(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """Two sectors or pages in each other's place."""
    size = chance.choice((SECTOR, PAGE))
    one, other = at // size * size, _place(content, chance, size)
    if max(one, other) + size <= len(content):
        content[one : one + size], content[other : other + size] = (
            content[other : other + size],
            content[one : one + size],
        )


def duplicate(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """A block twice: over another one."""
    size = chance.choice((SECTOR, PAGE, 3 * PAGE))
    one, other = at // size * size, _place(content, chance, size)
    if max(one, other) + size <= len(content):
        content[other : other + size] = content[one : one + size]


def older_pages(content: bytearray, chance: random.Random, at: int, older: bytes) -> None:
    """Pages as they were before, which verify as well as any other."""
    size = PAGE * chance.choice((1, 1, 1, 4, 16))
    start = at // PAGE * PAGE
    content[start : start + size] = older[start : min(start + size, len(content))]


def older_whole(content: bytearray, _chance: random.Random, _at: int, older: bytes) -> None:
    """The whole file as it was before."""
    content[:] = older


def truncate(content: bytearray, _chance: random.Random, at: int, _older: bytes) -> None:
    """The end is gone."""
    del content[at:]


def cut(content: bytearray, chance: random.Random, at: int, _older: bytes) -> None:
    """A piece is missing; what follows has moved."""
    del content[at : at + chance.choice((1, SECTOR, PAGE))]


def lengthen(content: bytearray, chance: random.Random, _at: int, _older: bytes) -> None:
    """Something was added at the end."""
    content += chance.randbytes(chance.choice((1, SECTOR, PAGE)))


def remove(content: bytearray, _chance: random.Random, _at: int, _older: bytes) -> None:
    """Nothing is left of it."""
    content.clear()


DAMAGES: tuple[tuple[Damage, int], ...] = (
    (flip, 6),
    (zero, 5),
    (zero_page, 4),
    (garbage, 6),
    (swap, 3),
    (duplicate, 3),
    (older_pages, 5),
    (older_whole, 1),
    (truncate, 2),
    (cut, 1),
    (lengthen, 1),
    (remove, 1),
)
REPLAYS = frozenset({older_pages, older_whole})


@dataclass(frozen=True)
class Done:
    """What was done to a vault; ``replayed`` where no list says which pages are the newest (limit L-15)."""

    what: tuple[tuple[str, str, int], ...]
    replayed: bool
    log_hit: bool

    @property
    def rolled_back(self) -> bool:
        """Whether slots and volume may be of one earlier moment together."""
        replays = {(name, how) for name, how, _at in self.what}
        slots = {("slots", "older_whole"), ("slots", "older_pages")} & replays
        return bool(slots) and any(name.startswith("vol-") and how == "older_whole" for name, how in replays)


def spoil(sample: Sample, target: Path, seed: int, *, used_bytes: int) -> Done:
    """Copy the sample to ``target`` and damage the copy; the same seed gives the same damage."""
    chance = random.Random(seed)
    shutil.copytree(sample.folder, target)
    done: list[tuple[str, str, int]] = []
    replayed = log_hit = False
    unlisted = sample.killed
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        name = chance.choices(
            (sample.volume, sample.media, "slots", "fieldlog.json", f"vol-{'ba'['ab'.index(sample.own)]}"),
            (70, 14, 9, 4, 3),
        )[0]
        damage = chance.choices([one for one, _ in DAMAGES], [weight for _, weight in DAMAGES])[0]
        path = target / name
        content = bytearray(path.read_bytes()) if path.exists() else bytearray()
        at = chance.randrange(max(1, len(content)))
        if name == sample.volume and chance.random() < 0.85:
            # Most of a volume is not used; damage there tells nothing.
            at = SMALL.log + chance.randrange(used_bytes)
        if name == "slots" and chance.random() < 0.7:
            at = chance.randrange(3872)
        log = bytes(content[: SMALL.log])
        damage(content, chance, at, (sample.older / name).read_bytes())
        if name == sample.volume and content[: SMALL.log] != log:
            unlisted = True
            log_hit |= sample.killed
        replayed |= damage in REPLAYS
        if damage is remove and chance.random() < 0.5:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
            path.chmod(0o600)
        done.append((name, damage.__name__, at))
    return Done(what=tuple(done), replayed=replayed and unlisted, log_hit=log_hit)


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its mode and check sum."""
    return {
        path.name: (path.stat().st_mode, zlib.crc32(path.read_bytes())) for path in sorted(folder.iterdir())
    }
