"""CRC-8 as the parts of Sensirion compute it over each word."""

POLYNOMIAL = 0x31
START = 0xFF


def _after(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ (POLYNOMIAL if byte & 0x80 else 0)
    return byte & 0xFF


_TABLE = tuple(_after(byte) for byte in range(256))


def crc8(data: bytes) -> int:
    """The CRC of `data`: polynomial 0x31, initial 0xFF, not reflected (SHT3x data sheet, section 4.12)."""
    crc = START
    for byte in data:
        crc = _TABLE[crc ^ byte]
    return crc
