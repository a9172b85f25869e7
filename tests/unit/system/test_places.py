"""What is known of where a folder lies, from what each system says of itself."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldlog.field import places as field_places
from fieldlog.system import mounts, places, swap, syncing
from fieldlog.system.mounts import Mount

MOUNTINFO = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 27 0:30 /@home /home rw,relatime shared:2 - btrfs /dev/sdb1 rw,subvol=/@home
31 27 0:31 / /tmp rw shared:3 - tmpfs tmpfs rw,size=1024k
32 27 0:32 / /net/share rw - nfs4 server:/share rw
33 27 0:33 / /media/my\040stick rw - vfat /dev/sdc1 rw
34 27 0:34 / /live rw - overlay overlay rw,lowerdir=/a,upperdir=/tmp/up,workdir=/w
35 27 0:35 / /layers rw - overlay overlay rw,lowerdir=/a,upperdir=/var/up,workdir=/w
36 27 0:36 / /home rw - zfs tank/home rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "system", "point"),
    [
        ("/", "ext4", "/"),
        ("/var/lib/x", "ext4", "/"),
        ("/homework", "ext4", "/"),
        ("/home/1/b", "zfs", "/home"),
        ("/tmp", "tmpfs", "/tmp"),
        ("/net/share/x", "nfs4", "/net/share"),
        ("/media/my stick/vault", "vfat", "/media/my stick"),
    ],
)
def test_the_deepest_and_last_mount_counts(path, system, point):
    """A path belongs to the deepest mount above it, and of two on one place to the one that covers."""
    mount = mounts.linux_mount(Path(path), MOUNTINFO)
    assert (mount.file_system, mount.point) == (system, point)


@pytest.fixture
def at(monkeypatch, tmp_path):
    """``facts_of`` this test's folder as if it were on a given kind of mount."""

    def at(**known):
        monkeypatch.setattr(mounts, "mount_of", lambda _path: Mount(point=str(tmp_path), **known))
        return places.facts_of(tmp_path / "not" / "there" / "yet")

    return at


@pytest.mark.parametrize(
    ("system", "fact"),
    [
        ("btrfs", "copy_on_write"),
        ("zfs", "copy_on_write"),
        ("apfs", "copy_on_write"),
        ("refs", "copy_on_write"),
        ("bcachefs", "copy_on_write"),
        ("tmpfs", "lost_at_power_off"),
        ("cifs", "network"),
        ("fuse.sshfs", "network"),
        ("ext4", ""),
        ("ntfs", ""),
        ("", ""),
    ],
)
def test_kinds_of_file_systems(at, system, fact):
    """Each kind has its one fact, an ordinary disk none."""
    facts = at(file_system=system)
    names = ("copy_on_write", "lost_at_power_off", "network", "snapshots", "removable")
    assert [name for name in names if getattr(facts, name)] == ([fact] if fact else [])


def test_a_live_system_loses_what_is_written(monkeypatch):
    """Layers over memory are lost at power-off, layers over a disk are not."""
    monkeypatch.setattr(mounts, "mount_of", lambda path: mounts.linux_mount(path, MOUNTINFO))
    assert places._is_volatile(mounts.mount_of(Path("/live")))
    assert not places._is_volatile(mounts.mount_of(Path("/layers")))


def test_this_computer_answers(tmp_path):
    """On the computer the tests run on, whatever it is, asking works."""
    facts = places.facts_of(tmp_path)
    assert isinstance(facts, places.PlaceFacts)
    if sys.platform == "linux":
        assert facts.file_system
    assert places.facts_of(Path("/dev/shm")).lost_at_power_off or sys.platform != "linux"


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("Dropbox/vault", "Dropbox"),
        ("Dropbox (Work)/vault", "Dropbox"),
        ("OneDrive/a", "OneDrive"),
        ("OneDrive - Organisation/a", "OneDrive"),
        ("Google Drive/a", "Google Drive"),
        ("iCloudDrive/a", "iCloud Drive"),
        ("Library/Mobile Documents/a", "iCloud Drive"),
        ("Library/CloudStorage/ProtonThing-me/a", "ProtonThing"),
        ("Nextcloud/a", "Nextcloud"),
        ("Yandex.Disk/a", "Yandex.Disk"),
        ("Яндекс.Диск/a", "Yandex.Disk"),
        ("MEGAsync/a", "MEGA"),
        ("Cloud Mail.Ru/a", "Mail.ru"),
        ("Облако Mail.ru/a", "Mail.ru"),
        ("SeaDrive/a", "SeaDrive"),
        ("Resilio Sync/a", "Resilio Sync"),
        ("Tresorit Drive/a", "Tresorit"),
        ("SynologyDrive/a", "Synology Drive"),
        ("Insync/a", "Insync"),
        ("Jottacloud/a", "Jottacloud"),
        ("work/vault", ""),
        ("omega/vault", ""),
        ("mailbox/vault", ""),
    ],
)
def test_services_by_name(tmp_path, folder, service):
    """A folder below one that a service made is recognised, others are not."""
    place = tmp_path / folder
    place.mkdir(parents=True)
    assert syncing.synced_by((place, *place.parents)) == service


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".stfolder", "Syncthing"),
        (".dropbox.cache", "Dropbox"),
        (".tmp.drivedownload", "Google Drive"),
        (".sync_0a1b2c3d4e5f.db", "Nextcloud"),
        ("._sync_0a1b2c3d4e5f.db", "Nextcloud"),
        (".megaignore", "MEGA"),
        (".sync/cli.log", "Yandex.Disk"),
        (".sync/ID", "Resilio Sync"),
        (".SynologyWorkingDirectory", "Synology Drive"),
    ],
)
def test_services_by_their_marks(tmp_path, mark, service):
    """Whatever the folder is called, what a service leaves in it gives it away."""
    (tmp_path / mark).parent.mkdir(exist_ok=True)
    (tmp_path / mark).touch()
    place = tmp_path / "deep" / "vault"
    place.mkdir(parents=True)
    assert syncing.synced_by((place, *place.parents)) == service


def test_onedrive_by_the_environment(tmp_path, monkeypatch):
    """Windows names the folder in the environment, whatever it is called."""
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path))
    assert syncing.synced_by((tmp_path / "a", tmp_path)) == "OneDrive"


def test_icloud_that_took_documents_over(tmp_path, monkeypatch):
    """A Mac whose Documents are in iCloud has them under their old name."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "Library" / "Mobile Documents" / "com~apple~CloudDocs" / "Documents").mkdir(parents=True)
    place = tmp_path / "Documents" / "vault"
    assert syncing.synced_by((place, *place.parents)) == "iCloud Drive"
    other = tmp_path / "Pictures"
    assert syncing.synced_by((other, *other.parents)) == ""


def test_snapshots_are_seen(at, tmp_path):
    """The folders of snapper, ZFS and Timeshift above the vault, up to the top of its file system."""
    assert not at(file_system="ext4").snapshots
    (tmp_path / ".snapshots").mkdir()
    assert at(file_system="ext4").snapshots


def test_time_machine(tmp_path, monkeypatch):
    """A Mac with Time Machine set up keeps snapshots; one without does not."""
    settings = tmp_path / "settings.plist"
    assert not places._time_machine(settings)
    settings.write_bytes(b"bplist00 nothing")
    assert not places._time_machine(settings)
    settings.write_bytes(b"bplist00 AutoBackup")
    monkeypatch.setattr(places, "_TIME_MACHINE", settings)
    monkeypatch.setattr(places.sys, "platform", "darwin")
    monkeypatch.setattr(mounts, "mount_of", lambda _path: Mount(file_system="apfs"))
    assert places.facts_of(tmp_path).snapshots


def test_file_history(tmp_path):
    """Windows' File History is known by its settings."""
    assert not places._file_history("")
    assert not places._file_history(str(tmp_path))
    (tmp_path / "Microsoft" / "Windows" / "FileHistory" / "Configuration").mkdir(parents=True)
    assert places._file_history(str(tmp_path))


def test_what_macos_answers():
    """Name and kind are where ``struct statfs`` has them."""
    answer = bytearray(2168)
    answer[72:76] = b"apfs"
    answer[64:68] = (0x1000).to_bytes(4, "little")
    assert mounts.darwin_mount(bytes(answer)) == Mount(file_system="apfs")
    answer[64:68] = bytes(4)
    answer[72:77] = b"smbfs"
    assert mounts.darwin_mount(bytes(answer)) == Mount(file_system="smbfs", network=True)


@pytest.mark.parametrize(
    ("kind", "mount"),
    [
        (2, Mount(file_system="ntfs", point="\\", removable=True)),
        (3, Mount(file_system="ntfs", point="\\")),
        (4, Mount(file_system="ntfs", point="\\", network=True)),
        (6, Mount(file_system="ramfs", point="\\")),
    ],
)
def test_what_windows_answers(kind, mount):
    """The kind of the drive and the name of its file system."""
    kernel = SimpleNamespace(GetDriveTypeW=lambda _drive: kind, GetVolumeInformationW=lambda *_given: 1)
    assert mounts.windows_mount(Path("vault"), kernel, SimpleNamespace(value="NTFS")) == mount


def test_a_system_that_says_nothing_is_no_error(monkeypatch):
    """Where the calls are missing there are no facts, and no exception."""
    monkeypatch.setattr(mounts, "_MOUNTINFO", Path("/nonexistent"))
    assert mounts.mount_of(Path("/")) == Mount()
    monkeypatch.setattr(mounts.sys, "platform", "darwin")
    assert isinstance(mounts.mount_of(Path("/")), Mount)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A made-up ``/proc`` and ``/sys``."""
    for name in ("swaps", "state", "resume"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(swap, "_SWAPS", tmp_path / "swaps")
    monkeypatch.setattr(swap, "_STATES", tmp_path / "state")
    monkeypatch.setattr(swap, "_RESUME", tmp_path / "resume")
    monkeypatch.setattr(swap, "_BLOCK_CLASS", tmp_path / "class")
    monkeypatch.setattr(mounts, "_BLOCK_DEVICES", tmp_path / "numbers")
    monkeypatch.setattr(mounts, "mount_of", lambda _path: Mount(device="8:1"))
    return tmp_path


def _swaps(machine, *names):
    lines = [f"{name} partition 1000 0 -2" for name in names]
    (machine / "swaps").write_text("\n".join(["Filename Type Size Used Priority", *lines]))


def _device(folder, uuid=""):
    (folder / "dm").mkdir(parents=True)
    (folder / "dm" / "uuid").write_text(uuid)
    (folder / "slaves").mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "open_swap"), [("/dev/sda3", True), ("/dev/zram0", False), ("/swapfile", True)]
)
def test_swap_on_a_plain_disk_is_seen(machine, name, open_swap):
    """A partition or file without encryption is warned of; compressed memory is not."""
    _swaps(machine, name)
    assert swap.facts() == swap.SwapFacts(swap=open_swap, hibernation=False)


def test_no_swap_is_no_warning(machine):
    """Without swap there is nothing to say, also where the system is silent."""
    assert swap.facts() == swap.SwapFacts(swap=False, hibernation=False)
    (machine / "swaps").unlink()
    assert swap.facts() == swap.SwapFacts(swap=False, hibernation=False)


def test_encrypted_swap_is_none(machine):
    """On an encrypted device, directly, below a volume group or as a file, swap is no danger."""
    _device(machine / "class" / "dm-1", "LVM-x")
    (machine / "class" / "dm-1" / "slaves" / "dm-0").symlink_to(
        _device(machine / "class" / "dm-0", "CRYPT-LUKS2-x")
    )
    _device(machine / "numbers" / "8:1", "CRYPT-LUKS2-y")
    _swaps(machine, "/dev/dm-1", "/dev/dm-0", "/swapfile")
    assert swap.facts() == swap.SwapFacts(swap=False, hibernation=False)
    _swaps(machine, "/dev/dm-1", "/dev/sda9")
    assert swap.facts().swap


def test_hibernation(machine):
    """Sleeping to an unencrypted disk is warned of where the system is set up for it."""
    _swaps(machine, "/dev/sda3")
    (machine / "state").write_text("freeze mem disk\n")
    (machine / "resume").write_text("0:0\n")
    assert not swap.facts().hibernation
    (machine / "resume").write_text("8:3\n")
    assert swap.facts().hibernation


def test_swap_elsewhere(tmp_path, monkeypatch):
    """Windows says by the names of its files; a Mac encrypts."""
    for names, encrypted, expected in (
        ((), False, (False, False)),
        (("pagefile.sys",), False, (True, False)),
        (("pagefile.sys",), True, (False, False)),
        (("Hiberfil.sys", "swapfile.sys"), False, (True, True)),
    ):
        drive = tmp_path / f"{len(names)}{encrypted}{''.join(names)}"
        drive.mkdir()
        for name in names:
            (drive / name).touch()
        facts = swap._windows(drive, paging_encrypted=encrypted)
        assert (facts.swap, facts.hibernation) == expected
    assert swap._windows(tmp_path / "gone", paging_encrypted=False).swap
    monkeypatch.setattr(swap.sys, "platform", "darwin")
    assert swap.facts() == swap.SwapFacts(swap=False, hibernation=False)


def test_windows_registry(monkeypatch):
    """Whether the paging file is encrypted stands in the registry; without one it is not."""
    assert swap._paging_encrypted() is False

    class Key:
        def __enter__(self):
            return self

        def __exit__(self, *_error):
            return None

    registry = SimpleNamespace(
        HKEY_LOCAL_MACHINE=0, OpenKey=lambda *_given: Key(), QueryValueEx=lambda *_given: (1, 4)
    )
    monkeypatch.setitem(sys.modules, "winreg", registry)
    assert swap._paging_encrypted() is True


def test_warnings_by_weight(monkeypatch, tmp_path):
    """The slugs of the faces follow from the facts, the worst first; an ordinary disk has none."""
    everything = places.PlaceFacts(
        file_system="btrfs",
        copy_on_write=True,
        synced_by="Dropbox",
        snapshots=True,
        network=True,
        removable=True,
        lost_at_power_off=True,
    )
    monkeypatch.setattr(places, "facts_of", lambda _folder: everything)
    assert field_places.place_warnings(tmp_path) == (
        field_places.LOST_AT_POWER_OFF,
        field_places.SYNCED,
        field_places.NETWORK,
        field_places.SNAPSHOTS,
        field_places.COPY_ON_WRITE,
    )
    assert field_places.synced_by(tmp_path) == "Dropbox"
    monkeypatch.setattr(swap, "facts", lambda: swap.SwapFacts(swap=True, hibernation=True))
    assert field_places.computer_warnings() == (field_places.SWAP, field_places.HIBERNATION)
