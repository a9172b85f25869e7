"""The reporter's screens. The only package that imports Textual; ``field.app.run`` is its one door."""
