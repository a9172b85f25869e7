"""Reading a vault that may be damaged, without changing one byte of it.

``keys`` opens it, ``image`` shows its database to the storage engine, ``tables`` reads around damage,
and ``pouring`` puts what verifies into a fresh vault. The conditions under which a database counts as
encrypted are the strict opener's; what is left out are its conditions of being whole.
"""
