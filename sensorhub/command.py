"""Commands of the hub to a gateway, and the gateway's replies. Format: docs/formats.md, "Commands"."""

import json
from dataclasses import dataclass
from typing import Literal, get_args

from sensorhub.errors import SensorHubError
from sensorhub.names import is_hex16
from sensorhub.senml import SenmlMalformed, parse_strict
from sensorhub.sentence import SENTENCE_MAX, shortened
from sensorhub.topics import SEQUENCE_MAX

CommandName = Literal["new-epoch"]
"""The allow-list: whatever else is signed is refused with a reply."""

NUMBER_MAX = SEQUENCE_MAX


class CommandMalformed(SensorHubError):
    """A body that is no command, or no reply."""


@dataclass(frozen=True, slots=True)
class Command:
    """What the hub wants done; the body is signed like a receipt.

    Arguments:
        number: rises with every command to this gateway; one that does not is an old one, and nothing is done.
        name: what to do; kept as text, so that an unknown one can be answered.
        epoch: of `new-epoch`, the epoch to leave; another one than the present is left already, and that is well.
    """

    number: int
    name: str
    epoch: str

    @property
    def known(self) -> bool:
        """Whether this version can do it."""
        return self.name in get_args(CommandName)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a command.

    Arguments:
        number: of the command.
        ok: whether it was done, or was done already.
        text: in words, at most 200 characters.
    """

    number: int
    ok: bool
    text: str


def encode_command(command: Command) -> bytes:
    """Write the body of a command (unsigned)."""
    fields = {"number": command.number, "command": command.name, "epoch": command.epoch}
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_command(body: bytes) -> Command:
    """Read the body of a command.

    Raises:
        CommandMalformed: it is not one.
    """
    try:
        fields = parse_strict(body)
        number, name, epoch = fields["number"], fields["command"], fields["epoch"]
        if not (isinstance(name, str) and 0 < len(name) <= SENTENCE_MAX and isinstance(epoch, str) and is_hex16(epoch)):
            raise ValueError("its name or epoch is not what it should be")
        return Command(_number(number), name, epoch)
    except (SenmlMalformed, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CommandMalformed(f"a command cannot be read: {error}") from None


def encode_reply(reply: Reply) -> bytes:
    """Write a reply."""
    fields = {"number": reply.number, "ok": reply.ok, "text": shortened(reply.text)}
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_reply(body: bytes) -> Reply:
    """Read a reply.

    Raises:
        CommandMalformed: it is not one.
    """
    try:
        fields = parse_strict(body)
        number, ok, text = fields["number"], fields["ok"], fields["text"]
        if not (isinstance(ok, bool) and isinstance(text, str) and len(text) <= SENTENCE_MAX):
            raise ValueError("its fields are not what they should be")
        return Reply(_number(number), ok, text)
    except (SenmlMalformed, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CommandMalformed(f"a reply cannot be read: {error}") from None


def _number(number: object) -> int:
    if type(number) is not int or not 1 <= number <= NUMBER_MAX:
        raise ValueError(f"its number {number!r} is not from 1 to 2^53 - 1")
    return number
