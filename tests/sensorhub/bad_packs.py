"""Packs that no good gateway sends, each with what must become of it.

Every case is a payload on the topic of `PACK`'s gateway. `malformed`: words of the reason for which the message
as a whole is refused. `refused`: words of the reason for each refused record; all its neighbours are stored.
"""

import gzip
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from sensorhub.pack import MESSAGE_BYTES_MAX, UNPACKED_BYTES_MAX
from sensorhub.topics import PackId

GATEWAY = "a127-rayleigh-weir"
EPOCH = "5f0c2a9e41d07b36"
FIRST = 1_200
BASE_TIME_S = 1_764_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One message and its fate: with neither `malformed` nor `refused` all of it is stored."""

    name: str
    payload: bytes
    count: int = 3
    malformed: str | None = None
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def pack(self) -> PackId:
        """The identity in the topic it comes on."""
        return PackId(GATEWAY, EPOCH, FIRST, self.count)


HEAD = f'"bver":26,"bn":"{GATEWAY}/","bt":{BASE_TIME_S}'
GOOD_FIRST = "{" + HEAD + ',"n":"loop-1/actuation_count","u":"count","v":12}'
GOOD_LAST = '{"n":"loop-1/occupancy","u":"/100","v":7.25}'


def around(record: str) -> bytes:
    """A pack of three whose middle record is the one given."""
    return f"[{GOOD_FIRST},{record},{GOOD_LAST}]".encode()


GOOD = around('{"n":"loop-2/actuation_count","u":"count","v":3}')


def _reading(value: str, more: str = "") -> bytes:
    return around('{"n":"loop-2/occupancy","u":"/100","v":' + value + more + "}")


def _one(name: str, payload: bytes, reason: str) -> Case:
    return Case(name, payload, refused={FIRST + 1: reason})


def _whole(name: str, payload: bytes, reason: str, count: int = 3) -> Case:
    return Case(name, payload, count, malformed=reason)


def _many(count: int) -> bytes:
    records: list[dict[str, Any]] = [{"n": f"loop-{i}/actuation_count", "u": "count", "v": i} for i in range(count)]
    if records:
        records[0] = {"bver": 26, "bn": f"{GATEWAY}/", "bt": BASE_TIME_S} | records[0]
    return json.dumps(records).encode()


def _sized(size: int) -> bytes:
    return GOOD + b" " * (size - len(GOOD))


def _nested(depth: int) -> bytes:
    return _reading("1", ',"x":' + "[" * (depth - 2) + "]" * (depth - 2))


TEXTS = (
    _whole("empty", b"", "ends or breaks"),
    _whole("blank", b"  ", "ends or breaks"),
    _whole("number", b"12", "not an array"),
    _whole("object", b"{}", "not an array"),
    _whole("NaN", _reading("NaN"), "NaN, which is no JSON number"),
    _whole("infinity", _reading("Infinity"), "Infinity, which is no JSON number"),
    _whole("minus infinity", _reading("-Infinity"), "-Infinity, which is no JSON number"),
    _whole("NaN in a field nobody reads", _reading("1", ',"x":NaN'), "NaN, which is no JSON number"),
    _whole("hex", _reading("0x10"), "ends or breaks"),
    _whole("leading zero", _reading("012"), "ends or breaks"),
    _whole("leading plus", _reading("+1"), "ends or breaks"),
    _whole("4,301 digits", _reading("1" * 4_301), "4301 digits"),
    _whole("single quotes", b"[{'n':'a'}]", "ends or breaks"),
    _whole("comment", b"/* hello */" + GOOD, "ends or breaks"),
    _whole("comma at the end", GOOD[:-1] + b",]", "ends or breaks"),
    _whole("control character in a text", _reading("1", ',"x":"\x01"'), "ends or breaks"),
    _whole("NUL after the end", GOOD + b"\0", "ends or breaks"),
    _whole("trailing bytes", GOOD + b"[]", "ends or breaks"),
    _whole("byte order mark", b"\xef\xbb\xbf" + GOOD, "BOM"),
    _whole("UTF-16", GOOD.decode().encode("utf-16"), "not UTF-8"),
    _whole("UTF-16 without mark", GOOD.decode().encode("utf-16-le"), "ends or breaks"),
    _whole("UTF-32", GOOD.decode().encode("utf-32"), "not UTF-8"),
    _whole("overlong slash", GOOD.replace(b"/", b"\xc0\xaf"), "not UTF-8"),
    _whole("surrogate as bytes", GOOD.replace(b"loop-2", b"\xed\xa0\x80"), "not UTF-8"),
    _whole("depth 5", _nested(5), "nested deeper than 4"),
    _whole("depth 20,000", _nested(20_000), "nested deeper than 4"),
    _whole("depth 100,000, compressed", zlib.compress(_nested(100_000)), "nested deeper than 4"),
    Case("depth 4", _nested(4)),
    Case("spaces around everything", GOOD.replace(b",", b" ,\r\n\t ").replace(b":", b" : ")),
)

SIZES = (
    _whole("no records", b"[]", "holds 0 records, its topic says 1", 1),
    _whole("fewer records than the topic says", GOOD, "holds 3 records, its topic says 4", 4),
    _whole("more records than the topic says", GOOD, "holds 3 records, its topic says 2", 2),
    _whole("1,001 records", zlib.compress(_many(1_001)), "holds 1,001 records, its topic says 1,000", 1_000),
    Case("1 record", _many(1), 1),
    Case("1,000 records", zlib.compress(_many(1_000)), 1_000),
    Case("65,535 bytes", _sized(MESSAGE_BYTES_MAX - 1)),
    Case("65,536 bytes", _sized(MESSAGE_BYTES_MAX)),
    _whole("65,537 bytes", _sized(MESSAGE_BYTES_MAX + 1), "65,537 bytes, over 65,536"),
    Case("1 MiB unpacked", zlib.compress(_sized(UNPACKED_BYTES_MAX), 9)),
    _whole("1 MiB + 1 unpacked", zlib.compress(_sized(UNPACKED_BYTES_MAX + 1), 9), "unpacks to over 1,048,576"),
    _whole("zlib bomb of 60 MB", zlib.compress(bytes(60_000_000), 9), "unpacks to over 1,048,576"),
    _whole("zlib in zlib", zlib.compress(zlib.compress(GOOD)), "not UTF-8"),
)

_PACKED = zlib.compress(GOOD)
COMPRESSION = (
    Case("compressed", _PACKED),
    _whole("gzip", gzip.compress(GOOD, mtime=0), "not UTF-8"),
    _whole("zlib header alone", b"\x78", "cut short"),
    _whole("zlib with trailing bytes", _PACKED + b"x", "followed by other bytes"),
    _whole("zlib twice", _PACKED + _PACKED, "followed by other bytes"),
    _whole("zlib with a wrong checksum", _PACKED[:-1] + bytes([_PACKED[-1] ^ 1]), "cannot be decompressed"),
    _whole("zlib that needs a dictionary", b"\x78\xbb\x00\x00\x00\x01\x00\x00", "cannot be decompressed"),
    _whole("zlib with an impossible block", b"\x78\x9c\xff\xff", "cannot be decompressed"),
)

OWNERS = (
    _whole("another gateway by bn", GOOD.replace(GATEWAY.encode(), b"b-2"), "names another gateway: 'b-2/'"),
    _whole("a longer bn", GOOD.replace(GATEWAY.encode(), GATEWAY.encode() + b"-2"), "names another gateway"),
    _one(
        "another gateway by a later bn",
        around('{"bn":5,"n":"loop-2/occupancy","u":"/100","v":1}'),
        "'bn' is not a text",
    ),
    _whole("bn of another in the middle", around('{"bn":"b-2/","n":"x/occupancy","u":"/100","v":1}'), "names another"),
    _whole("bver 27", GOOD.replace(b'"bver":26', b'"bver":27'), "bver 27 is not 26"),
    _whole("bver as text", GOOD.replace(b'"bver":26', b'"bver":"26"'), "bver 26 is not 26"),
    Case(
        "another gateway by n",
        GOOD.replace(f'"bn":"{GATEWAY}/",'.encode(), b"").replace(b'"n":"', b'"n":"b-2/'),
        refused=dict.fromkeys(range(FIRST, FIRST + 3), "is not a127-rayleigh-weir/sensor/quantity"),
    ),
    Case(
        "whole names in n",
        GOOD.replace(f'"bn":"{GATEWAY}/",'.encode(), b"").replace(b'"n":"', b'"n":"' + GATEWAY.encode() + b"/"),
    ),
    Case("no bver", GOOD.replace(b'"bver":26,', b"")),
)

VALUES = (
    Case("negative zero", _reading("-0.0")),
    Case("smallest float", _reading("5e-324")),
    Case("largest float", _reading("1.7976931348623157e308")),
    Case("below the smallest float", _reading("1e-400")),
    Case("2^53 + 1", _reading("9007199254740993")),
    Case("2^64", _reading("18446744073709551616")),
    Case("a value beyond the plausible range", _reading("250")),
    Case("4,300 digits after the point", _reading("0." + "1" * 4_300)),
    _one("1e999", _reading("1e999"), "'v' is not finite"),
    _one("-1e999", _reading("-1e999"), "'v' is not finite"),
    _one("4,300 digits", _reading("1" * 4_300), "'v' is too large"),
    _one("true as value", _reading("true"), "'v' is not a number"),
    _one("text as value", _reading('"12"'), "'v' is not a number"),
    _one("null as value", _reading("null"), "'v' is not a number"),
    _one("list as value", _reading("[1]"), "'v' is not a number"),
    _one("no value", around('{"n":"loop-2/occupancy","u":"/100"}'), "has no value"),
    _one("vs as value", around('{"n":"loop-2/occupancy","u":"/100","vs":"12"}'), "has no value"),
    _one("vb as value", around('{"n":"gateway/occupancy","u":"/100","vb":true}'), "has no value"),
    _one("sum as value", around('{"n":"loop-2/occupancy","u":"/100","s":1}'), "has no value"),
)

FIELDS = (
    _one("record that is a number", around("5"), "not an object"),
    _one("record that is null", around("null"), "not an object"),
    _one("record that is an array", around("[]"), "not an object"),
    _one("record without fields", around("{}"), "is not a127-rayleigh-weir/sensor/quantity"),
    _one("wrong unit", around('{"n":"loop-2/occupancy","u":"%","v":1}'), "its unit is '%', occupancy is in '/100'"),
    _one("no unit", around('{"n":"loop-2/occupancy","v":1}'), "its unit is ''"),
    _one("unit that is a number", around('{"n":"loop-2/occupancy","u":1,"v":1}'), "'u' is not a text"),
    _one("unknown quantity", around('{"n":"loop-2/unicorns","u":"count","v":1}'), "'unicorns' is not known here"),
    _one("no quantity", around('{"n":"loop-2","u":"count","v":1}'), "is not a127-rayleigh-weir/sensor/quantity"),
    _one("four levels", around('{"n":"loop-2/occupancy/x","u":"/100","v":1}'), "is not a127-rayleigh-weir/sensor"),
    _one("empty sensor", around('{"n":"/occupancy","u":"/100","v":1}'), "is not a127-rayleigh-weir/sensor"),
    _one("sensor in upper case", around('{"n":"Loop-2/occupancy","u":"/100","v":1}'), "is not a127-rayleigh-weir"),
    _one("sensor with a line end", around('{"n":"loop\\n/occupancy","u":"/100","v":1}'), "is not a127-rayleigh-weir"),
    _one("sensor of 49 letters", around('{"n":"' + "a" * 49 + '/occupancy","u":"/100","v":1}'), "is not a127"),
    _one("name of 40,000 letters", around('{"n":"' + "a" * 40_000 + '","u":"/100","v":1}'), "is not a127"),
    _one("line protocol in the name", around('{"n":"a,b=c d=1/occupancy","u":"/100","v":1}'), "is not a127"),
    _one("Cyrillic look-alike", around('{"n":"lооp-2/occupancy","u":"/100","v":1}'), "is not a127"),
    _one("half a surrogate pair", around('{"n":"\\ud800/occupancy","u":"/100","v":1}'), "half a surrogate pair"),
    _one("half a surrogate pair as unit", around('{"n":"a/occupancy","u":"\\udfff","v":1}'), "half a surrogate pair"),
    _one("name that is a number", around('{"n":5,"u":"/100","v":1}'), "'n' is not a text"),
    _one("field that must be understood", _reading("1", ',"tamper_":1'), "'tamper_' must be understood"),
    _one("unknown quality", _reading("1", ',"q":"lovely"'), "quality 'lovely' is not known"),
    _one("empty quality", _reading("1", ',"q":""'), "quality '' is not known"),
    _one("quality that is a number", _reading("1", ',"q":1'), "quality '1' is not known"),
    _one("quality that is a list", _reading("1", ',"q":["bad"]'), "is not known"),
    _one("quality that is null", _reading("1", ',"q":null'), "is not known"),
    _one("unknown marker", around('{"n":"gateway/exploded","vs":"1-2 why"}'), "'exploded' is no marker"),
    _one("marker with a line end", around('{"n":"gateway/dropped","vs":"1-2\\n"}'), "not a printable text"),
    _one("marker with an escape", around('{"n":"gateway/dropped","vs":"\\u001b[31m"}'), "not a printable text"),
    _one("marker with half a pair", around('{"n":"gateway/dropped","vs":"\\ud800"}'), "not a printable text"),
    _one("marker that is a number", around('{"n":"gateway/dropped","vs":5}'), "not a printable text"),
    _one("marker too long", around('{"n":"gateway/dropped","vs":"' + "x" * 1_001 + '"}'), "not a printable text"),
    _one("marker of a sensor", around('{"n":"loop-2/dropped","vs":"1-2 spool-full"}'), "'dropped' is not known"),
    Case("marker", around('{"n":"gateway/dropped","vs":"900-1019 spool-full"}')),
    Case("duplicate keys", around('{"n":"x","n":"loop-2/occupancy","u":"%","u":"/100","v":true,"v":1}')),
    Case("field nobody knows", _reading("1", ',"x":{"a":[1]}')),
    Case("every quality", _reading("1", ',"q":"bad,suspect,partial,indicative,estimated-time,substituted"')),
)

TIMES = (
    _one("time of 0", _reading("1", f',"t":-{BASE_TIME_S}'), "below 2^28"),
    _one("time before 1970", _reading("1", ',"t":-1e10'), "below 2^28"),
    _one("just below 2^28", _reading("1", f',"t":{2**28 - BASE_TIME_S - 1}'), "below 2^28"),
    Case("just 2^28", _reading("1", f',"t":{2**28 - BASE_TIME_S}')),
    Case("19 January 2038", _reading("1", f',"t":{2**31 - BASE_TIME_S}')),
    Case("year 2262", _reading("1", f',"t":{9_223_372_036 - BASE_TIME_S}')),
    _one("beyond 2262", _reading("1", f',"t":{9_223_372_037 - BASE_TIME_S}'), "beyond the year 2262"),
    _one("milliseconds", _reading("1", f',"t":{BASE_TIME_S * 1_000}'), "beyond the year 2262"),
    _one("1e303 s", _reading("1", ',"t":1e303'), "beyond the year 2262"),
    _one("1e999 s", _reading("1", ',"t":1e999'), "'t' is not finite"),
    _one("time as text", _reading("1", ',"t":"0"'), "'t' is not a number"),
    _one("time as null", _reading("1", ',"t":null'), "'t' is not a number"),
    _one("update time as text", _reading("1", ',"ut":"0"'), "'ut' is not a number"),
    Case(
        "relative base time",
        GOOD.replace(str(BASE_TIME_S).encode(), b"5"),
        refused={FIRST: "below 2^28", FIRST + 1: "below 2^28", FIRST + 2: "below 2^28"},
    ),
    Case(
        "base time as text",
        GOOD.replace(str(BASE_TIME_S).encode(), b'"5"'),
        refused={FIRST: "'bt' is not a number", FIRST + 1: "below 2^28", FIRST + 2: "below 2^28"},
    ),
)

CASES = TEXTS + SIZES + COMPRESSION + OWNERS + VALUES + FIELDS + TIMES
