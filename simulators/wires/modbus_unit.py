"""A simulated unit on an RS-485 line: answers requests of Modbus RTU for its holding registers.

Source: Modbus over Serial Line V1.02, section 2.5; Modbus Application Protocol V1.1b3, sections 6.3 and 7.
"""

import threading
from collections.abc import Callable

READ_HOLDING = 3
_REQUEST = 8
_REFUSED = 0x80
_NO_SUCH_FUNCTION, _NO_SUCH_ADDRESS = 1, 2


def crc16(data: bytes) -> bytes:
    """The check sum of Modbus RTU, low byte first: polynomial A001 reflected, initial FFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


class FakeModbusUnit:
    """One unit. `hear` is called in the thread of its line, `set` in another.

    Arguments:
        number: 1 to 247.
        send: what reaches the gateway in place of an answer.
    """

    def __init__(self, number: int, send: Callable[[bytes], bytes] = lambda answer: answer) -> None:
        self._number = number
        self._send = send
        self._lock = threading.Lock()
        self._registers: dict[int, int] = {}
        self._heard = b""

    def set(self, registers: dict[int, int]) -> None:
        """Hold these words, 0 to 65535, by address."""
        with self._lock:
            self._registers = registers

    def hear(self, data: bytes) -> bytes:
        """What it answers to bytes on the line; it skips what is no request, and is silent to those for others."""
        self._heard += data
        answer = b""
        while len(self._heard) >= _REQUEST:
            request = self._heard[:_REQUEST]
            if crc16(request[:-2]) != request[-2:]:
                self._heard = self._heard[1:]
                continue
            self._heard = self._heard[_REQUEST:]
            if request[0] == self._number:
                told = self._answer(request)
                answer += self._send(told + crc16(told))
        return answer

    def _answer(self, request: bytes) -> bytes:
        number, function = request[0], request[1]
        address, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        if function != READ_HOLDING:
            return bytes([number, function | _REFUSED, _NO_SUCH_FUNCTION])
        with self._lock:
            words = [self._registers.get(each) for each in range(address, address + count)]
        if None in words:
            return bytes([number, function | _REFUSED, _NO_SUCH_ADDRESS])
        data = b"".join(word.to_bytes(2, "big") for word in words if word is not None)
        return bytes([number, function, len(data)]) + data
