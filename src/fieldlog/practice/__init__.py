"""Practice: a throw-away vault, a made-up organisation and its desk, for learning and for showing.

The only package that sees both the reporter's side and the desk; it composes them and adds nothing to
either.
"""
