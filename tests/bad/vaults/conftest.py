"""The vaults of ``tests/unit/checking``, for refusals."""

from support.checking_fixtures import alter, cheap, folder, sample, samples

__all__ = ["alter", "cheap", "folder", "sample", "samples"]
