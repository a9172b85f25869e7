"""Languages, error sentences and labels; imported by faces and documents only."""
