"""The generated documents: kinds of sensors from the catalogue, keys of files from the models."""
