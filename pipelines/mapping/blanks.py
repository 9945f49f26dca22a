"""Blanks around a value, which are dropped where its text enters, before anything looks at it.

They are Unicode's white space, its characters without width, marks of direction and of byte order:
what no eye sees at the end of a value copied from a mail, a table or a web page.
"""

_RANGES = (
    "\t-\r", "\x1c- ", "\x85", "\xa0", "\xad", "\u034f", "\u061c", "\u1680", "\u180e",
    "\u2000-\u200f", "\u2028-\u202f", "\u205f-\u2064", "\u2066-\u206f", "\u3000", "\ufeff",
)  # fmt: skip
BLANKS = "".join(chr(n) for each in _RANGES for n in range(ord(each[0]), ord(each[-1]) + 1))
