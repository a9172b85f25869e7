"""The search index and the list at sizes and changes that a person reaches in years of work."""

import apsw
import pytest

from fieldlog.field import recording
from fieldlog.model.quick import QuickCapture
from fieldlog.store.vault import search


def _save(opened, text, code=None, *, ready=False):
    return recording.save(opened, code, QuickCapture(what=text, when="2026-03-01"), ready=ready)


def _found(opened, query, **options):
    return [row.code for row in recording.list_incidents(opened, query=query, **options)]


def _database(opened):
    return opened.store._database


def _largest_transaction(opened, texts):
    """Bytes that the largest transaction of saving ``texts`` writes into the log."""
    largest, before = 0, 0

    def committed(_connection, _name, pages):
        nonlocal largest, before
        largest, before = max(largest, pages - before), pages
        return apsw.SQLITE_OK

    # It takes the place of the hook that empties the log.
    _database(opened)._connection.set_wal_hook(committed)
    for text in texts:
        _save(opened, text)
        _database(opened).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = 0
    return largest * 4096


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("красный дом", "красный дом стоит"),
        ("красный дом", "дом"),
        ("красный дом", "совсем другое"),
        ("дом", "домой"),
        ("домой", "дом"),
        ("", "дом"),
        ("дом", ""),
        ("дом дом, дом.", "Дом"),
    ],
)
def test_a_changed_text_is_found_by_its_new_words_only(opened, before, after):
    """After any change the index holds exactly the words of the last version, and is in order."""
    other = _save(opened, "красный стоит дома")
    code = _save(opened, before)
    for text in (after, before, after):
        _save(opened, text, code)
    words = set(search._WORD.findall(search.folded_text(after)))
    for word in ("красный", "дом", "стоит", "совсем", "другое", "домой"):
        expected = any(one.startswith(word) for one in words)
        assert (code in _found(opened, word)) is expected
    assert _found(opened, "дома") == [other]
    _database(opened).execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_words_are_taken_out_many_times_over(opened):
    """An incident may lose words at save after save without ever gaining one."""
    words = [f"слово{number}" for number in range(40)]
    code = _save(opened, " ".join(words))
    while len(words) > 1:
        words.pop()
        _save(opened, " ".join(words), code)
    assert _found(opened, "слово0") == [code]
    assert _found(opened, "слово1") == []


def test_a_long_text_leaves_in_small_transactions(opened, monkeypatch):
    """A text of very many words is replaced without any transaction taking out more than a share of them."""
    monkeypatch.setattr(search, "LEAVING_TOGETHER", 50)
    code = _save(opened, " ".join(f"слово{number}" for number in range(500)))
    taken_out = []
    write = search._write

    def counted(database, number, *, leaving, coming):
        taken_out.append(len(leaving))
        write(database, number, leaving=leaving, coming=coming)

    monkeypatch.setattr(search, "_write", counted)
    _save(opened, "коротко", code)
    assert sum(taken_out) == 500
    assert max(taken_out) == 50
    assert _found(opened, "слово") == []
    assert _found(opened, "коротко") == [code]


def test_an_interrupted_removal_of_words_goes_on_with_the_next_save(opened, monkeypatch):
    """Words that a killed process left in the index leave it with the next save of any incident."""
    monkeypatch.setattr(search, "LEAVING_TOGETHER", 10)
    code = _save(opened, " ".join(f"слово{number}" for number in range(100)))
    monkeypatch.setattr(search, "settle", lambda _database: None)
    _save(opened, "слово5 коротко", code)
    assert _found(opened, "слово99") == [code]
    monkeypatch.undo()
    _save(opened, "другое")
    assert _found(opened, "слово99") == []
    assert _found(opened, "слово5") == [code]


def test_words_that_come_back_before_they_left_stay(opened, monkeypatch):
    """A word that was on its way out and is typed again is found."""
    monkeypatch.setattr(search, "LEAVING_TOGETHER", 10)
    long = " ".join(f"слово{number}" for number in range(100))
    code = _save(opened, long)
    monkeypatch.setattr(search, "settle", lambda _database: None)
    _save(opened, "коротко", code)
    monkeypatch.undo()
    _save(opened, long, code)
    assert all(_found(opened, f"слово{number}") == [code] for number in range(100))
    assert _found(opened, "коротко") == []


def test_an_index_of_an_earlier_version_goes_on(opened):
    """Running text that was indexed before words were, is replaced by words at the next save."""
    code = _save(opened, "дом")
    database = _database(opened)
    with database.transaction():
        number = database.value("SELECT number FROM incident WHERE code = ?", (code,))
        search.forget(database, number=number)
        text = "двор, дом и двор."
        database.execute("INSERT INTO indexed VALUES (?, ?, '')", (number, text))
        database.execute("INSERT INTO search (rowid, folded) VALUES (?, ?)", (number, text))
    assert _found(opened, "двор") == [code]
    _save(opened, "двор", code)
    assert _found(opened, "двор") == [code]
    assert _found(opened, "дом") == []


@pytest.mark.parametrize("query", ["", "дом"])
def test_a_page_of_a_shelf(opened, query):
    """Pages of every shelf are complete and in order, with and without a search."""
    codes = [_save(opened, f"дом номер {number}", ready=number % 2 == 0) for number in range(12)]
    _save(opened, "сарай")
    codes.append(recording.keep_draft(opened, None, QuickCapture(what="про дом")))
    for code in codes[:3]:
        recording.move_to_bin(opened, code)
    shelves = {row.code: row.state for row in recording.list_incidents(opened)}
    expected = [code for code in reversed(codes) if code in shelves]
    if not query:
        expected = list(shelves)
    pages = [_found(opened, query, limit=3, offset=offset) for offset in range(0, 15, 3)]
    assert [code for page in pages for code in page] == expected
    for state in ("draft", "ready"):
        assert _found(opened, query, state=state) == [one for one in expected if shelves[one] == state]
    assert _found(opened, query, state="bin") == codes[2::-1]
    assert _found(opened, query, state="received") == []


def test_the_numbers_of_the_shelves_are_those_of_the_list(opened):
    """However incidents come, move and go, their numbers are what counting them gives."""

    def check():
        counts = recording.counts(opened)
        for shelf in ("draft", "ready", "handed_over", "received", "bin"):
            assert getattr(counts, shelf) == len(recording.list_incidents(opened, state=shelf))
        assert counts.all == len(recording.list_incidents(opened))

    check()
    codes = [_save(opened, "дом", ready=number > 1) for number in range(5)]
    draft = recording.keep_draft(opened, None, QuickCapture(what="черновик"))
    check()
    recording.discard_draft(opened, draft)
    recording.move_to_bin(opened, codes[0])
    recording.move_to_bin(opened, codes[4])
    check()
    recording.restore_from_bin(opened, codes[4])
    _database(opened).execute("UPDATE incident SET state = 'handed_over' WHERE code = ?", (codes[3],))
    check()
    _save(opened, "снова", codes[3], ready=True)
    check()


def test_one_save_takes_little_of_the_log(opened):
    """Joining the pieces of the index is spread over the saves: none writes more than 1 MiB of log."""
    texts = (
        " ".join(f"с{(number * 7919 + place * 104729) % 5000}" for place in range(40))
        for number in range(200)
    )
    assert _largest_transaction(opened, texts) < 1 << 20
