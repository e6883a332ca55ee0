"""What the hub sends is signed: 64 hex digits of HMAC-SHA256, LF, body.

The key is the gateway's own. Whoever could forge a receipt could make a gateway forget data.
"""

import hmac
import os
import secrets
from pathlib import Path

from sensorhub.errors import AskedWrong, SensorHubError

KEY_BYTES = 32
_DIGEST_HEX = 64


class SignatureWrong(SensorHubError):
    """A message that the holder of the gateway's key did not make for this topic."""


class KeyUnreadable(AskedWrong):
    """A key file that is missing, open to others, or no key."""


def sign(key: bytes, topic: str, body: bytes) -> bytes:
    """The payload for `body` on `topic`: signature, LF, body."""
    digest = hmac.digest(key, topic.encode() + b"\n" + body, "sha256")
    return digest.hex().encode() + b"\n" + body


def verify(key: bytes, topic: str, payload: bytes) -> bytes:
    """Return the body of a signed payload.

    Raises:
        SignatureWrong: the signature is missing or not that of this key, topic and body.
    """
    signature, separator, body = payload[:_DIGEST_HEX], payload[_DIGEST_HEX : _DIGEST_HEX + 1], payload[65:]
    expected = hmac.digest(key, topic.encode() + b"\n" + body, "sha256").hex().encode()
    if separator != b"\n" or not hmac.compare_digest(signature, expected):
        raise SignatureWrong(f"a message on {topic} has no valid signature; it was ignored")
    return body


def write_new_key(path: Path) -> bytes:
    """Make a key, write it as hex into a new file of mode 0600, and return it.

    Raises:
        FileExistsError: there is a file already; a key is never overwritten.
    """
    key = secrets.token_bytes(KEY_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Read a key file.

    Raises:
        KeyUnreadable: it is missing, readable by others, or not 64 hex digits.
    """
    try:
        mode = path.stat().st_mode & 0o777
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise KeyUnreadable(
            f"The key file {path} is not there. Put the key there that the hub has for this gateway, or make one with "
            "sensorhub gateway init in another folder."
        ) from None
    except OSError as error:
        raise KeyUnreadable(f"The key file {path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise KeyUnreadable(f"The key file {path} does not hold {KEY_BYTES * 2} hex digits.") from None
    if len(key) != KEY_BYTES:
        raise KeyUnreadable(f"The key file {path} does not hold {KEY_BYTES * 2} hex digits.")
    if mode & 0o077:
        raise KeyUnreadable(f"The key file {path} can be read by others (mode {mode:04o}): run chmod 600 {path}.")
    return key
