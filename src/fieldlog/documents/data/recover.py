"""Read a Fieldlog backup, or the folder of a vault, without Fieldlog.

    pip install cryptography pynacl sqlcipher3-wheels      (or the program `sqlcipher`, version 4)
    python3 recover.py SOURCE NEW-FOLDER [KEY-FILE]

SOURCE is a backup (.age), what `age -d` made of one (.zip), or a vault's folder, which is only read.
It opens with the recovery words, a folder also with the passphrase. Whoever has NEW-FOLDER can read it.
"""
import base64, contextlib, getpass, hashlib, itertools, json, re, shutil, subprocess, sys, unicodedata, zipfile
from pathlib import Path
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import bindings as sodium, exceptions

CHUNK, PAGE = 65536 + 16, 4096
HEADER = re.compile(rb"age-encryption.org/v1\n-> mlkem768x25519 (\S+)\n(\S+)\n--- \S+\n")
RUNS = "SELECT first_unit * {0}, unit_count * {0} FROM media_run WHERE attachment = '{1}' ORDER BY position"
RECORDS = "SELECT hex(content) FROM current JOIN revision USING (seq) WHERE content IS NOT NULL ORDER BY seq"

def words(question):
    """What was typed, as keys are derived from it: small letters, no ё, one space between the words."""
    typed = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    return " ".join(unicodedata.normalize("NFC", typed).casefold().replace("ё", "е").split()).encode()

def hkdf(key, salt, info): return HKDF(hashes.SHA256(), 32, salt, info).derive(key)

def opened(key, chunks):
    """The plaintext of an age payload. A wrong byte, or an end that is missing, raises InvalidTag."""
    cipher, chunk = aead.ChaCha20Poly1305(key), next(chunks)
    for number, following in enumerate(itertools.chain(chunks, [b""])):
        yield cipher.decrypt(number.to_bytes(11, "big") + (b"\0" if following else b"\1"), chunk, None)
        chunk = following

def opened_age(file, recovery):
    """The plaintext of a backup (https://c2sp.org/age, recipient type mlkem768x25519)."""
    header = HEADER.match(file.read(CHUNK)) or sys.exit("This is no backup.")
    seed = hashlib.shake_256(hkdf(recovery, b"fieldlog-recovery-v1", b"age identity")).digest(96)
    classic = x25519.X25519PrivateKey.from_private_bytes(seed[64:])
    key = hpke.MLKEM768X25519PrivateKey(mlkem.MLKEM768PrivateKey.from_seed_bytes(seed[:64]), classic)
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
    wrapped = b"".join(base64.b64decode(text + b"=" * (-len(text) % 4)) for text in header.groups())
    file.seek(header.end())
    with contextlib.suppress(InvalidTag):
        file_key = suite.decrypt(wrapped, key, b"age-encryption.org/mlkem768x25519")
        return opened(hkdf(file_key, file.read(16), b"payload"), iter(lambda: file.read(CHUNK), b""))
    sys.exit("These words do not open this file.")

def rows(database, key, query):
    """The rows of a query; bytes are asked for with hex()."""
    pragma = f"PRAGMA key = \"x'{key.hex()}'\""
    try:
        import sqlcipher3
    except ImportError:
        script = f"{pragma};\n.headers off\n.mode list\nSELECT 'begin';\n{query};\n".encode()
        ran = subprocess.run(["sqlcipher", "-batch", "-bail", database], input=script, stdout=-1, check=True)
        return [line.split("|") for line in ran.stdout.decode().partition("begin\n")[2].splitlines()]
    connection = sqlcipher3.connect(str(database))
    return [connection.execute(statement).fetchall() for statement in (pragma, query)][1]

def write(parts, path, digest):
    found = hashlib.sha512()
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        for part in parts:
            found.update(part)
            file.write(part)
    print("OK     " if found.hexdigest() == digest.lower() else "ALTERED", path.name)

def export(target, key):
    """Write records and drafts, and give the attached files the names that the records have for them."""
    records = [json.loads(bytes.fromhex(content)) for (content,) in rows(target / "vault.db", key, RECORDS)]
    found = rows(target / "vault.db", key, "SELECT incident, hex(capture) FROM draft")
    drafts = {code: json.loads(bytes.fromhex(typed).decode(errors="replace")) for code, typed in found}
    for name, content in {"records": records, "drafts": drafts}.items():
        (target / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    for record in records:
        if (file := target / "attachments" / record["code"]).exists():
            file.rename(file.with_name(Path(record["path"]).name))
    print(f"Records: {len(records)}, drafts: {len(drafts)}")

def from_backup(source, target):
    with zipfile.ZipFile(source) as archive:
        folder = archive.namelist()[0].partition("/")[0]
        for digest, name in map(str.split, archive.read(f"{folder}/manifest-sha512.txt").decode().splitlines()):
            with archive.open(f"{folder}/{name}") as file:
                write(iter(lambda: file.read(CHUNK), b""), target / name[5:].replace("..", "_").lstrip("/"), digest)
    keys = json.loads((target / "keys.json").read_bytes())
    export(target, bytes.fromhex(keys["database_key"] + keys["database_salt"]))

def sealed(units, runs, left):
    """The first `left` bytes of these runs of units, in the chunks of an age payload."""
    chunk = b""
    for start, length in runs:
        units.seek(start)
        while left and length and (piece := units.read(min(CHUNK - len(chunk), length, left))):
            chunk, length, left = chunk + piece, length - len(piece), left - len(piece)
            if len(chunk) == CHUNK or not left:
                yield chunk
                chunk = b""

def from_vault(folder, target, secret, key_file):
    """Find the slot that the words open, copy the database with its log, and read what is in the vault."""
    header, slots, plain = (folder / "fieldlog.json").read_bytes(), (folder / "slots").read_bytes(), b""
    settings, salt, argon2id = json.loads(header), slots[:32], sodium.crypto_pwhash_ALG_ARGON2ID13
    wal_bytes, unit, costs = settings["wal_bytes"], settings["unit_bytes"], settings["kdf"]
    argon2_salt = hashlib.sha256(b"fieldlog-vault-v1 argon2id salt" + salt).digest()[:16]
    root = sodium.crypto_pwhash_alg(32, secret, argon2_salt, costs["passes"], costs["memory_mib"] << 20, argon2id)
    for index in range(8):
        key, slot = hkdf(root + key_file, salt, b"slot" + bytes([index])), slots[32 + 480 * index :][:480]
        associated = hashlib.sha256(header).digest() + bytes([index])
        with contextlib.suppress(exceptions.CryptoError):
            plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(slot[24:], associated, slot[:24], key)
    plain = plain or sys.exit("These words do not open this vault.")
    key, letter = plain[3:35] + plain[99:115], "-" + "ab"[plain[1]]
    database, log, media = target / "vault.db", target / "vault.db-wal", f"media{letter if wal_bytes else ''}"
    if wal_bytes:
        with open(folder / f"vol{letter}", "rb") as volume, open(log, "xb") as frames, open(database, "xb") as db:
            for number in range(wal_bytes // PAGE):
                cipher = Cipher(algorithms.AES(plain[35:99]), modes.XTS(number.to_bytes(16, "little")))
                frames.write(cipher.decryptor().update(volume.read(PAGE)))
            shutil.copyfileobj(volume, db)
    for file in folder.glob("volume.db*"):
        shutil.copyfile(file, target / file.name.replace("volume", "vault"))
    found = "SELECT code, bytes, hex(key), hex(sha512) FROM attachment"
    with open(folder / media, "rb") as units:
        for code, size, own, digest in rows(database, key, found):
            stream, size = hkdf(bytes.fromhex(own), plain[115:147], b"fieldlog attachment v1"), int(size)
            runs = [tuple(map(int, run)) for run in rows(database, key, RUNS.format(unit, code))]
            chunks = sealed(units, runs, size + 16 * max(1, -(-size // 65536)))
            write(opened(stream, chunks), target / "attachments" / code, digest)
    export(target, key)

if __name__ == "__main__":
    len(sys.argv) in (3, 4) or sys.exit(__doc__)
    source, target, *others = map(Path, sys.argv[1:])
    key_file = b"".join(hashlib.sha256(other.read_bytes()).digest() for other in others)
    target.mkdir(mode=0o700)
    if source.is_dir():
        from_vault(source, target, words("Passphrase or recovery words: "), key_file)
    elif zipfile.is_zipfile(source):
        from_backup(source, target)
    else:
        with source.open("rb") as file, (target / "backup.zip").open("xb+") as archive:
            archive.writelines(opened_age(file, words("Recovery words: ")))
            from_backup(archive, target)
        (target / "backup.zip").unlink()
