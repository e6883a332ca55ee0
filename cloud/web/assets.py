"""Templates and static files of the package; a static file's address carries a hash of its content."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

_MEDIA_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "marks.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """The bytes of a static file, as they are served."""

    content: bytes
    media_type: str


class Assets:
    """The static files, read once: `assets["page.css"]` is the address, `file(address)` what is there."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._files: dict[str, StaticFile] = {}
        for name, media_type in _MEDIA_TYPES.items():
            content = files("cloud.web").joinpath("static", name).read_bytes()
            stem, _, ending = name.rpartition(".")
            address = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
            self._addresses[name] = address
            self._files[address] = StaticFile(content, media_type)
        self.version = hashlib.sha256("".join(self._files).encode()).hexdigest()[:12]
        """Another one whenever a file has changed: a page of an older version loads itself anew."""

    def __getitem__(self, name: str) -> str:
        return self._addresses[name]

    def file(self, address: str) -> StaticFile | None:
        """What is at an address; None where there is nothing."""
        return self._files.get(address)


def templates(assets: Assets) -> Environment:
    """The templates, which escape what they are given."""
    environment = Environment(
        loader=PackageLoader("cloud.web"), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    environment.globals["assets"] = assets
    return environment
