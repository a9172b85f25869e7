"""``README.txt`` of a bag: what this is and how to open and check it without Fieldlog, in three languages.

The six steps of data-model section 3.6. The languages stand one after the other whatever the program's
language is, so that the file tells nothing about the reporter.
"""

from __future__ import annotations

from typing import Final

_COMMANDS: Final = """\
  1. age --decrypt -i KEYFILE -o bundle.zip BUNDLE.age
  2. unzip bundle.zip
  3. cd {folder}
     sha512sum -c manifest-sha512.txt
     sha512sum -c tagmanifest-sha512.txt
     bagit.py --validate .
  4. ssh-keygen -Y verify -f ALLOWED_SIGNERS -I REPORTER -n fieldlog-bundle-v1 \\
       -s signatures/tagmanifest-sha512.txt.sig < tagmanifest-sha512.txt
  5. data/index.html
  6. data/records/*.jsonl  data/schemas/*.schema.json
"""

_ENGLISH: Final = """\
ENGLISH

This folder holds incident records made with Fieldlog, sealed for one or more organisations.
People in it may be in danger. Do not publish it, pass it on or upload it anywhere.
Whoever found it by accident: please give it to the organisation it was meant for, or delete it.

How to open and check it without Fieldlog (the commands stand above):
1. Decrypt the sealed file with age and the organisation's key.
2. Unpack it. It is an ordinary ZIP file.
3. Check that nothing was changed: every line must say OK. Windows: certutil -hashfile FILE SHA256.
4. If there is a .sig file: check who signed. Without one, the bundle is authenticated in a way that
   only the organisation can check, with Fieldlog.
5. Open data/index.html in a browser. It has no scripts and loads nothing from the internet.
6. The records are JSON lines and can be checked with any JSON Schema 2020-12 validator.
   data/vocab/vocabularies.json explains the codes. A last file of zeros hides the true size.

Questions: ask the organisation that received it.
"""

_RUSSIAN: Final = """\
РУССКИЙ

В этой папке записи об инцидентах, сделанные в Fieldlog и запечатанные для одной или нескольких организаций.
Люди, о которых здесь говорится, могут быть в опасности.
Не публикуйте, не передавайте и не загружайте это никуда.
Если вы нашли её случайно: отдайте организации, которой она предназначена, или удалите.

Как открыть и проверить без Fieldlog (команды выше):
1. Расшифруйте запечатанный файл программой age и ключом организации.
2. Распакуйте. Это обычный файл ZIP.
3. Проверьте, что ничего не изменено: в каждой строке должно быть OK. Windows: certutil -hashfile ФАЙЛ SHA256.
4. Если есть файл .sig: проверьте, кто подписал. Если его нет, подлинность может проверить
   только сама организация, в Fieldlog.
5. Откройте data/index.html в браузере. В нём нет скриптов, и он ничего не загружает из интернета.
6. Записи лежат в строках JSON, их можно проверить любой программой для JSON Schema 2020-12.
   Коды объясняет data/vocab/vocabularies.json. Последний файл из нулей скрывает настоящий размер.

Вопросы: к организации, которая получила этот файл.
"""

_KAZAKH: Final = """\
ҚАЗАҚША

Бұл қалтада Fieldlog-та жасалып, бір немесе бірнеше ұйымға мөрленген оқиға жазбалары бар.
Мұнда айтылған адамдарға қауіп төнуі мүмкін. Жарияламаңыз, ешкімге бермеңіз, ешқайда жүктемеңіз.
Кездейсоқ тапсаңыз: арналған ұйымға беріңіз немесе жойып жіберіңіз.

Fieldlog-сыз қалай ашып, тексеруге болады (командалар жоғарыда):
1. Мөрленген файлды age бағдарламасымен және ұйымның кілтімен шифрдан шығарыңыз.
2. Қаптамасын ашыңыз. Бұл кәдімгі ZIP файлы.
3. Ештеңе өзгермегенін тексеріңіз: әр жолда OK тұруы керек. Windows: certutil -hashfile ФАЙЛ SHA256.
4. .sig файлы болса: кім қол қойғанын тексеріңіз. Болмаса, шынайылығын
   тек ұйымның өзі Fieldlog арқылы тексере алады.
5. data/index.html файлын браузерде ашыңыз. Онда скрипт жоқ, интернеттен ештеңе жүктемейді.
6. Жазбалар JSON жолдарында, оларды кез келген JSON Schema 2020-12 бағдарламасымен тексеруге болады.
   Кодтарды data/vocab/vocabularies.json түсіндіреді. Нөлдерден тұратын соңғы файл шын көлемін жасырады.

Сұрақтар: осы файлды алған ұйымға.
"""


def readme_text(*, folder: str) -> str:
    """The whole file. ``folder`` is the bag's own top folder, such as ``fieldlog-0123456789abcdef``."""
    commands = _COMMANDS.format(folder=folder)
    return f"{commands}\n{_ENGLISH}\n\n{_RUSSIAN}\n\n{_KAZAKH}"
