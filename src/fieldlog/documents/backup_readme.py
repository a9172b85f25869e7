"""``README.txt`` of a backup and the script beside it: how to read everything without Fieldlog.

In three languages, one after the other, whatever the program's language is. The script is a file of this
package, ``data/recover.py``, and no module of it: nothing here runs or imports it.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_COMMANDS: Final = """\
  {folder}/
    data/recover.py           reads all of it:  python3 recover.py BACKUP NEW-FOLDER
    data/vault.db             the records, an encrypted SQLCipher 4 database
    data/keys.json            its key:  PRAGMA key = "x'<database_key><database_salt>'";
    data/attachments/         the attached files, as they were taken in, named by their codes
    data/backup.json          when and with what it was made

  A. pip install cryptography pynacl sqlcipher3-wheels
     python3 recover.py BACKUP.age NEW-FOLDER

  B. sqlcipher data/vault.db
     PRAGMA key = "x'<database_key><database_salt>'";
     PRAGMA cipher_integrity_check;
     SELECT CAST(content AS TEXT) FROM current JOIN revision USING (seq) WHERE content IS NOT NULL;
     SELECT incident, CAST(capture AS TEXT) FROM draft;

  C. sha512sum -c tagmanifest-sha512.txt && sha512sum -c manifest-sha512.txt
"""

_ENGLISH: Final = """\
ENGLISH

This is a backup of a vault made with Fieldlog: everything in it, and the keys that open it.
People in it may be in danger. Whoever reads this has opened it: do not publish it, pass it on or
upload it anywhere, and delete the opened files when they are not needed any more.

With Fieldlog: fieldlog restore BACKUP.age
makes a new vault of it, with the twelve recovery words. Without Fieldlog (see above):
A. The script recover.py needs Python 3.11 or later and three packages. It asks for the recovery words and
   writes the records as JSON and the attached files into a new folder. It also reads a vault's folder.
B. By hand: SQLCipher 4 opens the database with the key in keys.json. Records are JSON; a record of the
   type "evidence" names an attached file by its code.
C. Checks that nothing was changed: every line must say OK.
The file "padding" holds only zeros and can be deleted.
"""

_RUSSIAN: Final = """\
РУССКИЙ

Это резервная копия хранилища Fieldlog: всё его содержимое и ключи, которые его открывают.
Люди, о которых здесь говорится, могут быть в опасности. Если вы это читаете, копия открыта:
не публикуйте её, не передавайте, никуда не загружайте и удалите открытые файлы, когда они больше не нужны.

С Fieldlog: fieldlog restore КОПИЯ.age
создаёт из неё новое хранилище по двенадцати словам восстановления. Без Fieldlog (команды выше):
A. Скрипту recover.py нужны Python 3.11 или новее и три пакета. Он спросит слова восстановления и запишет
   записи в виде JSON и вложенные файлы в новую папку. Папку хранилища он тоже читает.
B. Вручную: SQLCipher 4 открывает базу ключом из keys.json. Записи хранятся в виде JSON; запись типа
   "evidence" называет вложенный файл по его коду.
C. Проверяет, что ничего не изменено: в каждой строке должно быть OK.
В файле padding одни нули, его можно удалить.
"""

_KAZAKH: Final = """\
ҚАЗАҚША

Бұл — Fieldlog қоймасының сақтық көшірмесі: ондағының бәрі және оны ашатын кілттер.
Мұнда айтылған адамдарға қауіп төнуі мүмкін. Мұны оқып отырсаңыз, көшірме ашық тұр: оны жарияламаңыз,
ешкімге бермеңіз, ешқайда жүктемеңіз, ашылған файлдар керек болмай қалғанда жойыңыз.

Fieldlog арқылы: fieldlog restore КӨШІРМЕ.age
қалпына келтірудің он екі сөзімен одан жаңа қойма жасайды. Fieldlog-сыз (командалар жоғарыда):
A. recover.py скриптіне Python 3.11 не одан жаңасы және үш пакет керек. Ол қалпына келтіру сөздерін сұрап,
   жазбаларды JSON түрінде, тіркелген файлдарды жаңа қалтаға жазады. Қойманың қалтасын да оқиды.
B. Қолмен: SQLCipher 4 дерекқорды keys.json ішіндегі кілтпен ашады. Жазбалар JSON түрінде;
   "evidence" түріндегі жазба тіркелген файлды кодымен атайды.
C. Ештеңе өзгермегенін тексереді: әр жолда OK тұруы керек.
padding файлында тек нөлдер бар, оны жоюға болады.
"""


def readme_text(*, folder: str) -> str:
    """The whole file. ``folder`` is the bag's own top folder, such as ``fieldlog-0123456789abcdef``."""
    commands = _COMMANDS.format(folder=folder)
    return f"{commands}\n{_ENGLISH}\n\n{_RUSSIAN}\n\n{_KAZAKH}"


def recovery_script() -> bytes:
    """The script that reads a backup or a vault, ``recover.py``."""
    return files("fieldlog.documents").joinpath("data", "recover.py").read_bytes()
