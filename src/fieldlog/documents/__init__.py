"""Readable outputs: values in, text or bytes out. Nothing here touches a file, a clock or a key."""
