"""A clock that stands still while something is computed and leaps when everybody waits.

What would be a thread is a greenlet: one runs at a time, in the order in which they became ready, so that the same execution gives the same
events to the last one. `Thread`, `Event`, `Lock` and `Time` take the places of Python's own in the interpreter's modules.
"""

import collections
import datetime
import fractions
import heapq

import greenlet

# The first moment of every execution.
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)


class Clock:
    """Virtual milliseconds, and who waits for which of them. They are whole: the interpreter counts in seconds, and a sum of fractions
    that is a hair too small would make it wait a second more."""

    current = None

    def __init__(self, now=0.0):
        self.milliseconds = round(now * 1000)
        self._ready = collections.deque()
        self._waiting = []
        self._count = 0
        self._hub = None
        self._stopped = False

    @property
    def now(self):
        """Seconds."""
        return self.milliseconds / 1000

    def run(self, function):
        """Runs the function, and what it starts, until it returns or somebody stops the clock; ends whatever still waits then."""
        before, Clock.current = Clock.current, self
        self._hub = greenlet.getcurrent()
        try:
            main = self.spawn(function)
            while not main.dead and not self._stopped:
                self._step()
        finally:
            self._abandon()
            Clock.current = before

    def _step(self):
        if self._ready:
            worker, value = self._ready.popleft()
        elif self._waiting:
            moment, _, worker, token = heapq.heappop(self._waiting)
            if token.woken:
                return
            token.woken = True
            self.milliseconds, value = max(self.milliseconds, moment), False
        else:
            raise RuntimeError("everybody waits for somebody else")
        if not worker.dead:
            worker.switch(value)

    def _abandon(self):
        left = [worker for worker, _ in self._ready] + [entry[2] for entry in self._waiting]
        self._ready.clear()
        self._waiting.clear()
        for worker in left:
            if not worker.dead and worker is not greenlet.getcurrent():
                worker.throw(greenlet.GreenletExit)

    def stop(self):
        """Ends everything at this moment; does not return."""
        self._stopped = True
        self._hub.switch()

    def spawn(self, function):
        """Starts a function beside the others."""
        worker = greenlet.greenlet(lambda _value: function(), self._hub)
        self._ready.append((worker, True))
        return worker

    def pause(self, token, seconds=None):
        """Waits until the token is woken or the time has passed; whether it was woken."""
        token.worker = greenlet.getcurrent()
        if seconds is not None:
            self._count += 1
            heapq.heappush(self._waiting, (self.milliseconds + round(seconds * 1000), self._count, token.worker, token))
        return self._hub.switch()

    def wake(self, token):
        """Makes who waits with this token go on."""
        if not token.woken:
            token.woken = True
            self._ready.append((token.worker, True))

    def later(self, seconds, function):
        """Calls the function after a while, if the clock still runs then."""

        def wait_and_call():
            sleep(seconds)
            function()

        self.spawn(wait_and_call)


class Token:
    """One wait of somebody."""

    def __init__(self):
        self.woken = False
        self.worker = None


def sleep(seconds):
    """Waits on the virtual clock."""
    Clock.current.pause(Token(), seconds)


def moment():
    """Now, as a date."""
    return START + datetime.timedelta(milliseconds=Clock.current.milliseconds)


class Event:
    """`threading.Event`."""

    def __init__(self):
        self._set = False
        self._tokens = []

    def is_set(self):
        return self._set

    def set(self):
        self._set = True
        tokens, self._tokens = self._tokens, []
        for token in tokens:
            Clock.current.wake(token)

    def clear(self):
        self._set = False

    def wait(self, timeout=None):
        if self._set:
            return True
        token = Token()
        self._tokens.append(token)
        return Clock.current.pause(token, timeout)


class Thread:
    """`threading.Thread`."""

    native_id = 0

    def __init__(self, target, args=(), name=None, daemon=None):
        self.name, self.daemon = name, daemon
        self._target, self._args = target, args
        self._ended = Event()
        self._alive = False

    def _run(self):
        try:
            self._target(*self._args)
        finally:
            self._alive = False
            self._ended.set()

    def start(self):
        self._alive = True
        Clock.current.spawn(self._run)

    def join(self, timeout=None):
        self._ended.wait(timeout)

    def is_alive(self):
        return self._alive


class Lock:
    """`threading.Lock` and `RLock`: nobody is interrupted here, so there is nothing to lock."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def acquire(self, *_args, **_named):
        return True

    def release(self):
        return None


class Time:
    """The module `time`."""

    @staticmethod
    def time():
        return fractions.Fraction(Clock.current.milliseconds, 1000)

    sleep = staticmethod(sleep)


class Moment(datetime.datetime):
    """The class `datetime.datetime`, with a `now` of the virtual clock."""

    @classmethod
    def now(cls, tz=None):
        return moment() if tz else moment().replace(tzinfo=None)
