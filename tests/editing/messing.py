"""Rule files as hurried people leave them: blanks, comments and indentation out of order, the meaning as it was.

It knows the file by PyYAML's events alone, so that it shares nothing with what tidies up."""

import re
from random import Random

import yaml

MARK = "#¤"


def text_lines(text: str) -> set[int]:
    """Lines (from 0) that a text of several lines covers after its first: nothing may be put there."""
    found: set[int] = set()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            first, last = event.start_mark.line + 1, event.end_mark.line
            lines = text.split("\n")
            while last > first and (not lines[last - 1].strip() or last > len(lines)):
                last -= 1
            found |= set(range(first, last))
        elif isinstance(event, yaml.ScalarEvent | yaml.MappingEndEvent | yaml.SequenceEndEvent):
            found |= set(range(event.start_mark.line + 1, event.end_mark.line + 1)) if event.start_mark else set()
    return found


def blanks_only(text: str, random: Random) -> str:
    """The same file with other blanks: at ends of lines, after colons, in tables, and twice the indentation."""
    inside = text_lines(text)
    lines = []
    double = random.random() < 0.5
    table = False
    for number, old in enumerate(text.split("\n")):
        line = old
        table = table if number in inside else line.rstrip().endswith("table: |")
        if table and number in inside and "|" in line:
            start = len(line) - len(line.lstrip())
            cells = [cell.strip() for cell in line.split("|")]
            gaps = [" " * random.randint(0, 4) for _ in cells]
            line = " " * start + " |".join(
                gap * (at > 0) + cell + gap for at, (cell, gap) in enumerate(zip(cells, gaps, strict=True))
            )
        elif number not in inside and random.random() < 0.3 and "#" not in line:
            line = re.sub(r"^( *(?:- )?[^\W\d]\w*:) +(?=\S)", lambda found: found[1] + " " * random.randint(1, 9), line)
            line += " " * random.randint(0, 3)
        if double and line.strip():
            dashed = re.sub(r"^( *)- ", r"\1-   ", line) if number not in inside else line
            line = " " * (len(line) - len(line.lstrip())) + dashed
        lines.append(line)
    return "\n".join(lines) + "\n" * random.randint(0, 3)


def comments_too(text: str, random: Random) -> tuple[str, list[str]]:
    """The file with comments and blank lines put wherever YAML lets them stand, and these comments."""
    inside = text_lines(text)
    lines: list[str] = []
    made: list[str] = []
    after_text = False  # any deeper, a comment would belong to the text, and blanks too
    for number, old in enumerate(text.split("\n")):
        line = old
        after_text = number - 1 in inside or (after_text and not lines[-1].strip())
        if number not in inside and random.random() < 0.3:
            for _ in range(random.randint(1, 3)):
                if random.random() < 0.3:
                    lines.append("" if after_text else " " * random.randint(0, 6))
                    continue
                made.append(f"{MARK}{len(made)} 注：{{说明}}: 'x' \"")
                lines.append(" " * (0 if after_text else random.choice((0, 0, 2, 4, 6, 9))) + made[-1])
        whole = number not in inside and number + 1 not in inside
        if whole and line.strip() and "#" not in line and random.random() < 0.2:
            made.append(f"{MARK}{len(made)} | - : 行尾")
            line += " " * random.randint(1, 30) + made[-1]
        lines.append(line)
    return "\n".join(lines), made
