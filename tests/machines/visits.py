"""An execution as text: one line for each step, one word for each state, a loop once with its number of rounds."""

import textwrap

WIDTH = 140


def step_of(state):
    """`promote: ask` belongs to `promote`."""
    return state.split(": ", 1)[0]


def _word(visit):
    word = visit.state.split(": ", 1)[-1]
    said = [error or "then well" for error in visit.attempts]
    if not any(visit.attempts):
        return word
    if not visit.left:
        # Another branch has failed, or the time of the machine was up.
        said[-1] = "cut"
    if len(said) > 1 and len(set(said)) == 1:
        return f"{word} ({len(said)} x {said[0]})"
    return f"{word} ({', '.join(said)})"


def rounds(words):
    """Folds what is repeated: `a, b, c, b, c` is `a, 2 x (b, c)`."""
    found, at = [], 0
    while at < len(words):
        best = (1, 1)
        for length in range(2, min(8, (len(words) - at) // 2) + 1):
            count = 1
            while words[at + count * length : at + (count + 1) * length] == words[at : at + length]:
                count += 1
            if count > 1 and count * length > best[0] * best[1]:
                best = (length, count)
        length, count = best
        if count > 1:
            found.append(f"{count} x ({', '.join(words[at : at + length])})")
        else:
            found.append(words[at])
        at += length * count if count > 1 else 1
    return found


def steps(result, shape):
    """The lines of an execution: (step, moment, text), those of parallel branches under their state, each branch for itself."""
    groups, order = {}, []
    for visit in result.visits:
        place = (shape.branch[visit.state], step_of(visit.state))
        if not shape.branch[visit.state] and order and order[-1][0] == () and order[-1][1] != place[1]:
            # A step of the outermost scope that comes again would be another line.
            place = (*place, sum(1 for one in order if one[:2] == place))
        if place not in groups:
            groups[place] = []
            order.append(place)
        groups[place].append(visit)
    found = []
    for place in order:
        visits = groups[place]
        indent = "  " * len(place[0])
        found.append((place[:2], visits[0].at, indent + ", ".join(rounds([_word(visit) for visit in visits]))))
    return found


def block(title, ran, shape, happy=None):
    """A scenario's block: title, end, who was told; the lines that are not those of the happy path."""
    result = ran.result
    lines = [f"{title}: {ending(ran)}"]
    same = {(place, text) for place, _, text in happy or []}
    left_out = False
    for place, at, text in steps(result, shape):
        if happy and (place, text) in same:
            left_out = True
            continue
        if left_out:
            lines.append("    ...")
            left_out = False
        moment = "" if happy else f"{at - result.visits[0].at:>6.0f} s  "
        indent = "    " + moment
        lines += textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent) + "    ", break_long_words=False)
    if left_out:
        lines.append("    ...")
    return lines


def ending(ran):
    """How it ended, and who was told of a failure."""
    result = ran.result
    said = f"{result.status} after {result.seconds:.0f} s" if result.status != "ABORTED" else "cut"
    if result.status == "FAILED":
        said += f", {result.cause}"
    by = sorted({told.by for told in ran.told})
    if by:
        said += f"; told by {' and '.join(by)}"
    return said
