"""Certificates for a test, made by the program `openssl`: an authority of its own, and who it vouches for."""

import subprocess
from pathlib import Path

from tests.programs import need

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """A certificate authority in a folder of its own; `certificate` is what must be trusted."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._openssl = need("openssl")
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        subject = ("-subj", "/CN=Test authority", "-days", "2")
        self._run("req", "-x509", *_NEW_KEY, *subject, "-keyout", self._key, "-out", self.certificate)

    def vouch_for(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of `name` at 127.0.0.1, for a server or a client."""
        certificate, key, request = (self._folder / f"{name}{ending}" for ending in (".pem", ".key", ".csr"))
        extensions = self._folder / "extensions"
        extensions.write_text("subjectAltName=IP:127.0.0.1\n")
        self._run("req", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        signed = ("-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial", "-days", "2")
        self._run("x509", "-req", "-in", request, *signed, "-extfile", extensions, "-out", certificate)
        return certificate, key

    def _run(self, *words: str | Path) -> None:
        subprocess.run([self._openssl, *words], check=True, capture_output=True)
