"""Files of any format, made by repeating a fixture with other IDs and times."""

import random
import re

# What is replaced: IDs in hexadecimal or decimal digits, of X-Ray and as varints; times.
PLACES = re.compile(
    rb"(?<![0-9A-Za-wyz])(?P<hex>(?=[0-9]*[a-f]|0{16})"
    rb"(?:[0-9a-f]{15,16}|[0-9a-f]{24}|[0-9a-f]{30,32}))(?![0-9A-Za-z])"
    rb"|(?P<minutes>(?<=\d{4}-\d\d-\d\d[T ])\d\d:\d\d)"
    rb"|(?P<ticks>(?<=\"ts\": )\d+)"
    rb"|(?P<decimal>(?<![0-9A-Za-z.])\d{13,20}(?![0-9A-Za-z]))")
BINARY = re.compile(rb"(?P<wide>(?<=\xcf)[\x00-\xff]{8})|(?P<varint>[\x80-\xff]{8,9}[\x01-\x7f])")
# Times in seconds since the epoch that may be in a fixture, and how many of each unit a second has.
YEARS = range(1_500_000_000, 2_500_000_000)
UNITS = [1_000, 1_000_000, 1_000_000_000]


class Template:
    """A fixture, cut where something is replaced in each copy."""

    def __init__(self, record, binary=False):
        self._parts, self._slots = [], []
        position = 0
        for match in (BINARY if binary else PLACES).finditer(record):
            self._parts.append(record[position:match.start()])
            self._slots.append((match.lastgroup, match.group()))
            position = match.end()
        self._rest = record[position:]
        self._random = random.Random(1)

    def copy(self, number):
        """The fixture with IDs of its own; those that were equal stay equal."""
        known, pieces = {}, []
        for part, slot in zip(self._parts, self._slots):
            if slot not in known:
                known[slot] = self._other(*slot, number)
            pieces += part, known[slot]
        return b"".join([*pieces, self._rest])

    def _other(self, kind, text, number):
        if kind == "hex":
            # Zeros say something: that there is no parent, or that an ID was shorter.
            zeros = len(text) - len(text.lstrip(b"0"))
            digits = min(16, len(text) - zeros)
            if digits == 0:
                return text
            return text[:-digits] + b"%0*x" % (digits, self._random.getrandbits(4 * digits - 3) | 1)
        if kind == "minutes":
            minutes = (int(text[:2]) * 60 + int(text[3:]) + number) % 1440
            return b"%02d:%02d" % divmod(minutes, 60)
        if kind == "ticks":
            return b"%d" % (int(text) + number * 10_000)
        if kind == "decimal":
            for unit in UNITS:
                if int(text) // unit in YEARS:
                    return b"%d" % (int(text) + number * unit)
            least = 10 ** (len(text) - 1)
            return b"%d" % self._random.randrange(least, min(9 * least, 1 << 64))
        if kind == "wide":
            value = int.from_bytes(text, "big")
            if value // UNITS[2] in YEARS:
                return (value + number * UNITS[2]).to_bytes(8, "big")
            return self._random.getrandbits(64).to_bytes(8, "big")
        return bytes(self._random.randrange(128, 256) for _ in text[:-1]) + b"\x01"


def repeat(path, size, record, *, before=b"", between=b"", behind=b"", binary=False):
    """Writes copies of a record until there are `size` bytes."""
    template = Template(record, binary)
    with open(path, "wb") as file:
        file.write(before)
        number = 0
        while file.tell() < size:
            if number:
                file.write(between)
            file.write(template.copy(number))
            number += 1
        file.write(behind)


def whole(path, size, fixture):
    """One document behind the other, each on lines of its own."""
    repeat(path, size, fixture.rstrip(b"\n") + b"\n")


def inside(path, size, fixture):
    """One document whose outermost list has everything."""
    start = end = fixture.index(b"[") + 1
    depth = 1
    while depth:
        depth += {b"[": 1, b"]": -1}.get(fixture[end:end + 1], 0)
        end += 1
    end -= 1
    repeat(
        path, size, fixture[start:end], before=fixture[:start], between=b",", behind=fixture[end:])


def rows(path, size, fixture):
    """A table with one header."""
    header, body = fixture.split(b"\n", 1)
    repeat(path, size, body.rstrip(b"\n") + b"\n", before=header + b"\n")


def payloads(path, size, fixture):
    """Payloads of an agent, in MessagePack, of 200 copies of the fixture's traces each."""
    copies = 200
    # Only v0.5 begins with a list of strings.
    has_strings = 0xa0 <= fixture[2] < 0xc0 or fixture[1] == 0xdc
    start = behind_strings(fixture, 1) + 1 if has_strings else 1
    traces = (fixture[start - 1] & 15) * copies
    before = fixture[:start - 1] + b"\xdd" + traces.to_bytes(4, "big")
    template = Template(fixture[start:], binary=True)
    with open(path, "wb") as file:
        number = 0
        while file.tell() < size:
            file.write(before)
            file.writelines(template.copy(number + index) for index in range(copies))
            number += copies


def behind_strings(data, position):
    """Where a list of strings ends that begins at `position`."""
    if data[position] == 0xdc:
        count, position = int.from_bytes(data[position + 1:position + 3], "big"), position + 3
    else:
        count, position = data[position] & 15, position + 1
    for _ in range(count):
        head, width = data[position], {0xd9: 1, 0xda: 2}.get(data[position], 0)
        position += 1 + width
        length = int.from_bytes(data[position - width:position], "big") if width else head & 31
        position += length
    return position


def reports(path, size, fixture):
    """A report in protobuf: who reports, then copies of the fixture's spans."""
    spans, others, position = b"", b"", 0
    while position < len(fixture):
        length, shift, end = 0, 0, position + 1
        while True:
            length |= (fixture[end] & 127) << shift
            shift, end = shift + 7, end + 1
            if fixture[end - 1] < 128:
                break
        field, position = fixture[position:end + length], end + length
        if field[0] == 0x1a:
            spans += field
        else:
            others += field
    repeat(path, size, spans, before=others, binary=True)
