"""The database of libraries: the truth from which every index is derived."""
