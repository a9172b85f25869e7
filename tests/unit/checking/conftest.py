"""Small vaults with cheap keys, each made once; every test damages a copy."""

from support.checking_fixtures import alter, cheap, folder, sample, samples

__all__ = ["alter", "cheap", "folder", "sample", "samples"]
