"""Cryptography: the only package that imports ``cryptography``, ``nacl`` and ``mnemonic``.

Everything here is a thin, named wrapper around a reviewed implementation; no algorithm is written here.
Secrets go in and come out as ``secret.Secret``; a check that fails raises; exceptions of the
libraries below never leave this package.
"""
