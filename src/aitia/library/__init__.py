"""The library: what is known. Reads a folder of YAML files, checks it, and keeps a compiled copy."""
