"""The machine: folders, files, clock, terminal and process. Nobody else touches them."""
