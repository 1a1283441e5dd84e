"""JSONata by jsonata-python: moto ships none of its own (it wants a JVM).

An expression is parsed once; variables are bound, not pasted into its text.
"""

import functools
import json

from jsonata import Jsonata, utils

from clock import START, Clock

NOTHING = object()


class QueryError(Exception):
    """The expression cannot be evaluated, or gives nothing."""


def _millis():
    return int(START.timestamp()) * 1000 + Clock.current.milliseconds


@functools.cache
def _parsed(source):
    expression = Jsonata.jsonata(source)
    # Null and nothing are two things, and AWS takes only the first.
    expression.set_output_convert_nulls(False)
    expression.register_lambda("millis", _millis)
    expression.register_lambda("parse", json.loads)
    return expression


def _plain(value):
    if value is utils.Utils.NULL_VALUE:
        return None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value if inner is not None]
    raise QueryError("gives a function")


def evaluate(source, variables):
    """The value of an expression with these variables, as JSON."""
    try:
        expression = _parsed(source)
        frame = expression.create_frame()
        for name, value in variables.items():
            frame.bind(name, value)
        result = expression.evaluate(None, frame)
    except Exception as error:
        raise QueryError(f"{error} in {source}") from error
    if result is None:
        raise QueryError(f"{source} gives nothing")
    return _plain(result)
