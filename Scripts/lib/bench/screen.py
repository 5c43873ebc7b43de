"""What a terminal would show: just as much of xterm as curses uses with xterm-256color."""

import codecs
import re

# A control sequence, another escape sequence, a string for the terminal, a control character, text.
TOKENS = re.compile(
    r"\x1b\[([?>]?)([0-9;]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*([0-~])"
    r"|([\x00-\x1f])|([^\x00-\x1f\x1b]+)"
)
# The beginning of a sequence whose rest has not come.
CUT = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)?$")


class Screen:
    """Characters by row and column, all of one column's width; colours are left out."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._x = self._y = 0
        self._top, self._bottom = 0, height - 1
        self._last = " "
        self._rows = [[" "] * width for _ in range(height)]

    def row(self, y):
        return "".join(self._rows[y]).rstrip()

    @property
    def foot(self):
        return self.row(self.height - 1)

    @property
    def excerpt(self):
        """What a message can tell of it."""
        rows = (self.row(y).strip() for y in range(self.height))
        return " | ".join(row for row in rows if row)[:400]

    def feed(self, data):
        text = self._rest + self._decoder.decode(data)
        cut = CUT.search(text)
        self._rest = text[cut.start():] if cut else ""
        for match in TOKENS.finditer(text, 0, cut.start() if cut else len(text)):
            mark, numbers, final, other, control, plain = match.groups()
            if plain is not None:
                self._put(plain)
            elif control is not None:
                self._control(control)
            elif final is not None and not mark:
                self._sequence([int(n or 0) for n in numbers.split(";")], final)
            elif other == "M":
                self._reverse()

    def _put(self, text):
        for start in range(0, len(text), self.width):
            for character in text[start:start + self.width]:
                if self._x >= self.width:
                    self._x = 0
                    self._feed_line()
                self._rows[self._y][self._x] = character
                self._x += 1
        self._last = text[-1]

    def _control(self, control):
        if control == "\r":
            self._x = 0
        elif control == "\n":
            self._feed_line()
        elif control == "\b":
            self._x = max(0, min(self._x, self.width - 1) - 1)
        elif control == "\t":
            self._x = min(self.width - 1, (self._x // 8 + 1) * 8)

    def _feed_line(self):
        if self._y == self._bottom:
            self._scroll(self._top, 1)
        else:
            self._y = min(self.height - 1, self._y + 1)

    def _reverse(self):
        if self._y == self._top:
            self._scroll(self._top, -1)
        else:
            self._y = max(0, self._y - 1)

    def _scroll(self, top, count):
        """Moves the rows from `top` to the end of the region up, or down if `count` is negative."""
        blank = [[" "] * self.width for _ in range(min(abs(count), self._bottom + 1 - top))]
        region = self._rows[top:self._bottom + 1]
        moved = region[len(blank):] + blank if count > 0 else blank + region[:-len(blank)]
        self._rows[top:self._bottom + 1] = moved

    def _sequence(self, numbers, final):
        n = max(1, numbers[0])
        row = self._rows[self._y]
        if final in "Hf":
            self._y = min(self.height, n) - 1
            self._x = min(self.width, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif final == "G":
            self._x = min(self.width, n) - 1
        elif final == "d":
            self._y = min(self.height, n) - 1
        elif final == "A":
            self._y = max(0, self._y - n)
        elif final == "B":
            self._y = min(self.height - 1, self._y + n)
        elif final == "C":
            self._x = min(self.width - 1, self._x + n)
        elif final == "D":
            self._x = max(0, self._x - n)
        elif final == "K":
            start, end = ((self._x, self.width), (0, self._x + 1), (0, self.width))[numbers[0]]
            row[start:end] = [" "] * (end - start)
        elif final == "J":
            if numbers[0] == 0:
                row[self._x:] = [" "] * (self.width - self._x)
            for y in range(self._y + 1 if numbers[0] == 0 else 0, self.height):
                self._rows[y] = [" "] * self.width
        elif final == "X":
            end = min(self.width, self._x + n)
            row[self._x:end] = [" "] * (end - self._x)
        elif final == "b":
            self._put(self._last * n)
        elif final == "@":
            self._rows[self._y] = (row[:self._x] + [" "] * n + row[self._x:])[:self.width]
        elif final == "P":
            self._rows[self._y] = (row[:self._x] + row[self._x + n:] + [" "] * n)[:self.width]
        elif final in "LM":
            self._scroll(self._y, n if final == "M" else -n)
        elif final in "ST":
            self._scroll(self._top, n if final == "S" else -n)
        elif final == "r":
            bottom = numbers[1] if len(numbers) > 1 and numbers[1] else self.height
            self._top, self._bottom = n - 1, bottom - 1
            self._x = self._y = 0
