"""The table of differences that have a reason: docs/schema-differences.md."""

import fnmatch
import sys

HEADER = ["rule", "change", "type", "place", "who", "count", "reason"]
WHO = ("cfn-lint only", "drc only", "other code", "no base")


class Row:
    """One row: patterns with `*`, how the two differ, how often in the full run, and why."""

    def __init__(self, cells):
        self.cells = cells
        self.rule, self.change, self.kind, self.place, self.who, self.count, self.reason = cells

    def explains(self, rule, change, kind, place, who):
        """Whether the row speaks of this difference. `*` stands for anything; a place of a list item is written `*` too."""
        wanted = zip((self.rule, self.change, self.kind, self.place), (rule, change, kind, place or "-"), strict=True)
        return who == self.who and all(any(fnmatch.fnmatchcase(value, each.strip()) for each in pattern.split(" or ")) for pattern, value in wanted)


def read(path):
    """The rows of the table below `## Differences`."""
    rows, inside = [], False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if cells == HEADER:
            inside = True
        elif inside and line.startswith("|"):
            if set("".join(cells)) <= {"-", ":"}:
                continue
            if len(cells) != len(HEADER) or cells[4] not in WHO or not cells[5].isdigit() or len(cells[6]) < 20:
                sys.exit(f"{path}:{number}: not `{' | '.join(HEADER)}` with a reason: {line}")
            rows.append(Row(cells))
        else:
            inside = False
    return rows


def explain(rows, different, outcome, without):
    """The differences without a reason, and how often each row is hit."""
    unexplained, hits = [], [0] * len(rows)
    wanted = [(case, (case.rule or "valid", case.what, case.kind, case.place, outcome(case))) for case in different]
    wanted.extend((name, ("valid", "minimal, valid", name, "", "no base")) for name in without)
    for what, difference in wanted:
        at = next((at for at, row in enumerate(rows) if row.explains(*difference)), None)
        if at is None:
            unexplained.append(what)
        else:
            hits[at] += 1
    return unexplained, hits


def settle_counts(rows, hits, path, write):
    """Whether a row of the table has another count than the full run found; written anew if asked."""
    wrong = [(row, count) for row, count in zip(rows, hits, strict=True) if int(row.count) != count]
    if write and wrong:
        text = path.read_text(encoding="utf-8").splitlines()
        for row, count in wrong:
            at = next(at for at, line in enumerate(text) if [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] == row.cells)
            cells = text[at].split("|")
            cells[6] = f" {count} "
            text[at] = "|".join(cells)
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
    unhit = [row for row, count in wrong if count == 0]
    for row in unhit:
        print(f"{path.name}: never seen, remove it: {row.rule} {row.change} {row.kind} {row.place}")
    if not write:
        for row, count in wrong:
            if count:
                print(f"{path.name}: {row.count} times, but seen {count} times: {row.rule} {row.change} {row.kind} {row.place}")
    return bool(unhit) or (bool(wrong) and not write)
