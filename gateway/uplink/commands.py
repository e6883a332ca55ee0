"""Commands of the hub: signed, each with a number that rises, from a short list; answered once they are done.

Format: docs/formats.md, "Commands". The highest number done is kept in the file `command` beside the epochs, so that
an old command that somebody sends again does nothing, also after a restart.
"""

import logging

from gateway.spool.disk import ROOT, Disk, write_whole
from sensorhub.command import NUMBER_MAX, Command, CommandMalformed, Reply, decode_command

log = logging.getLogger(__name__)

COMMAND_NAME = "command"
_NUMBER_BYTES_MAX = 32


class Commands:
    """What this gateway was told to do; called in the spool's thread.

    Arguments:
        disk: where the number is kept.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._done = _read_number(disk)
        self._reply: Reply | None = None
        self._pending: Command | None = None
        self._said: set[str] = set()

    def leaves(self, epoch: str) -> bool:
        """Whether the epoch is to be left by command."""
        return self._pending is not None and self._pending.epoch == epoch

    def received(self, body: bytes, epoch: str) -> Reply | None:
        """Take the body of a signed message; returns a reply that can be given at once.

        Arguments:
            epoch: the present one.
        """
        try:
            command = decode_command(body)
        except CommandMalformed as error:
            self._say("malformed", f"A signed command was ignored: {error}.")
            return None
        if command.number < self._done:
            self._say("old", f"Command {command.number} was ignored: command {self._done} is done already.")
            return None
        if command.number == self._done:
            return self._reply or Reply(command.number, True, "done before the last start")
        if self._pending is not None and command.number <= self._pending.number:
            return None  # it is being done
        if not command.known:
            self._say("unknown", f"Command {command.number} was refused: {command.name[:40]!r} is not known here.")
            return self._finish(Reply(command.number, False, f"{command.name[:40]!r} is not known here"))
        if command.epoch != epoch:
            return self._finish(Reply(command.number, True, f"epoch {command.epoch} is left already"))
        log.warning("The hub asks for a new epoch (command %d); epoch %s drains.", command.number, epoch)
        self._pending = command
        return None

    def begun(self, epoch: str) -> Reply | None:
        """The present epoch was left for `epoch`; returns the reply where a command had asked for it."""
        if self._pending is None:
            return None
        reply = Reply(self._pending.number, True, f"epoch {self._pending.epoch} was left for {epoch}")
        self._pending = None
        return self._finish(reply)

    def _finish(self, reply: Reply) -> Reply:
        # After it is done: a command that a power cut came between is done again, which changes nothing.
        if reply.number > self._done:
            self._done, self._reply = reply.number, reply
        try:
            write_whole(self._disk, ROOT, COMMAND_NAME, f"{self._done}\n".encode(), durable=True)
        except OSError as error:
            log.warning(
                "The number of the last command could not be kept (%s); it is known until the next start.", error
            )
        return reply

    def _say(self, kind: str, sentence: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            log.warning("%s More of this kind are not said.", sentence)


def _read_number(disk: Disk) -> int:
    try:
        text = disk.read(ROOT, COMMAND_NAME, 0, _NUMBER_BYTES_MAX).strip()
    except OSError:
        return 0
    # Damage costs nothing: a command that was done names an epoch that was left.
    return int(text) if text.isdigit() and int(text) <= NUMBER_MAX else 0
