"""The real `aws` command before the emulator: a shim on the PATH sends its arguments here, and the CLI's own code answers them.

Only the transport is ours. Parsing, `--query`, text output, waiters, `file://` are those of the awscli package; its calls of botocore meet
the engine, the preconditions and moto, as those of boto3 do.
"""

import base64
import contextlib
import functools
import inspect
import io
import json
import os
import socketserver
import stat
import sys
import tempfile
import threading
from pathlib import Path

import botocore.hooks
import botocore.session

SHIM = '''#!{python} -IS
"""Sends a command line of `aws` to the emulator, and prints what it answers."""
import base64, json, os, re, socket, sys

def content(argument):
    """What stands in a file that only this process has: its standard input, or a descriptor of its shell."""
    found = re.fullmatch(r"fileb?://(/dev/stdin|/dev/fd/\\d+|/proc/self/fd/\\d+)", argument)
    if argument == "-" or found:
        with open(found[1] if found else "/dev/stdin", "rb") as file:
            return base64.b64encode(file.read()).decode()

given = [content(argument) for argument in sys.argv[1:]]
kept = {{key: value for key, value in os.environ.items() if key.startswith("AWS_")}}
asked = {{"arguments": sys.argv[1:], "contents": given, "folder": os.getcwd(), "environment": kept}}
line = socket.socket(socket.AF_UNIX)
line.connect({socket!r})
with line.makefile("rwb") as stream:
    stream.write(json.dumps(asked).encode() + b"\\n")
    stream.flush()
    answered = json.loads(stream.readline())
sys.stdout.buffer.write(base64.b64decode(answered["out"]))
sys.stderr.buffer.write(base64.b64decode(answered["err"]))
sys.stdout.flush()
sys.stderr.flush()
sys.exit(answered["code"])
'''


def _remember():
    """Every command is a session of its own, which reads the API models and looks at the signatures and names of all handlers anew.
    They are the same for ever, and most of the time that a command takes."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    slow = botocore.hooks.accepts_kwargs

    def accepts_kwargs(function):
        code = getattr(function, "__code__", None)
        return slow(function) if code is None else bool(code.co_flags & inspect.CO_VARKEYWORDS)

    botocore.hooks.accepts_kwargs = accepts_kwargs
    aliased, ask = {}, botocore.hooks.EventAliaser._alias_event_name

    def alias_event_name(self, event_name):
        if event_name not in aliased:
            aliased[event_name] = ask(self, event_name)
        return aliased[event_name]

    botocore.hooks.EventAliaser._alias_event_name = alias_event_name


class CommandLine:
    """Runs command lines of `aws` in this process, one after the other, and remembers them."""

    def __init__(self):
        _remember()
        self.turn = threading.Lock()
        self.history = []

    def run(self, arguments, folder, environment=None, contents=None):
        """The exit code, the standard output and the standard error of one command."""
        with self.turn, tempfile.TemporaryDirectory() as scratch:
            arguments, given = self._stored(arguments, contents or [], Path(scratch))
            code, out, err = self._in_place(arguments, given, folder, environment or {})
            self.history.append((arguments, code, err.decode(errors="replace")))
            return code, out, err

    def _stored(self, arguments, contents, scratch):
        """Puts what the shim has read for us into files of our own; `-` stays, and is our standard input."""
        given, kept = b"", []
        for at, argument in enumerate(arguments):
            content = contents[at] if at < len(contents) else None
            if content is None:
                kept.append(argument)
            elif argument == "-":
                given = base64.b64decode(content)
                kept.append(argument)
            else:
                (scratch / str(at)).write_bytes(base64.b64decode(content))
                kept.append(f"{argument.split('://')[0]}://{scratch / str(at)}")
        return kept, given

    def _in_place(self, arguments, given, folder, environment):
        from awscli.clidriver import create_clidriver

        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        before, place = dict(os.environ), os.getcwd()
        standard_input = sys.stdin
        try:
            os.chdir(folder)
            os.environ.update(environment)
            sys.stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code = create_clidriver().main(arguments)
                except SystemExit as stopped:
                    code = stopped.code if isinstance(stopped.code, int) else 255
        finally:
            sys.stdin = standard_input
            os.chdir(place)
            os.environ.clear()
            os.environ.update(before)
        for stream in (out, err):
            stream.flush()
        return code or 0, out.buffer.getvalue(), err.buffer.getvalue()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        asked = json.loads(self.rfile.readline())
        code, out, err = self.server.commands.run(asked["arguments"], asked["folder"], asked["environment"], asked["contents"])
        answered = {"code": code, "out": base64.b64encode(out).decode(), "err": base64.b64encode(err).decode()}
        self.wfile.write(json.dumps(answered).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


@contextlib.contextmanager
def serving():
    """While it lasts, the folder that is given holds an `aws` which talks to this process. Gives the folder and what was run."""
    commands = CommandLine()
    with tempfile.TemporaryDirectory() as folder:
        address = os.path.join(folder, "socket")
        shim = Path(folder) / "bin" / "aws"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(python=sys.executable, socket=address), encoding="utf-8")
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
        with _Server(address, _Handler) as server:
            server.commands = commands
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield shim.parent, commands
            finally:
                server.shutdown()
                thread.join()
