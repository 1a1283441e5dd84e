"""What a definition says about its states without running it."""

import functools


class Shape:
    """The states of a machine, those of branches too."""

    def __init__(self, definition):
        self.states, self.branch, self.parallel = {}, {}, {}
        self._gather(definition, ())

    def _gather(self, scope, path):
        for name, state in scope["States"].items():
            self.states[name], self.branch[name] = state, path
            for number, branch in enumerate(state.get("Branches", [])):
                self.parallel.setdefault(name, []).append(branch["StartAt"])
                self._gather(branch, (*path, (name, number)))

    @functools.cached_property
    def tasks(self):
        """The names of the tasks, in order."""
        return [name for name, state in self.states.items() if state["Type"] == "Task"]

    def key(self, name):
        """What a task calls: `rds:describeGlobalClusters`."""
        return ":".join(self.states[name]["Resource"].removesuffix(".waitForTaskToken").split(":")[-2:])

    def waits_for_token(self, name):
        return self.states[name]["Resource"].endswith(".waitForTaskToken")

    def next(self, name):
        """Where the flow may go from a state within its scope."""
        state = self.states[name]
        found = [state.get("Next"), state.get("Default")]
        found += [choice["Next"] for choice in state.get("Choices", [])] + [catch["Next"] for catch in state.get("Catch", [])]
        return [target for target in found if target]

    @functools.cached_property
    def notices(self):
        """The states after which the machine can only fail: where a failure is told."""
        doomed = {name for name, state in self.states.items() if state["Type"] == "Fail"}
        while True:
            more = {name for name in self.states if name not in doomed and self.next(name) and all(target in doomed for target in self.next(name))}
            if not more:
                return {name for name in doomed if not self.branch[name]}
            doomed |= more

    @functools.cached_property
    def loops(self):
        """For each state that can come again: the states of its loop."""
        found = {}
        for name in self.states:
            seen, open_ = set(), list(self.next(name))
            while open_:
                state = open_.pop()
                if state not in seen:
                    seen.add(state)
                    open_ += self.next(state)
            if name in seen:
                found[name] = frozenset(state for state in seen if name in self._reach(state))
        return found

    @functools.cache
    def _reach(self, name):
        seen, open_ = set(), list(self.next(name))
        while open_:
            state = open_.pop()
            if state not in seen:
                seen.add(state)
                open_ += self.next(state)
        return seen

    def retries(self, name):
        """How often a task is tried again whatever the error is."""
        return sum(retry.get("MaxAttempts", 3) for retry in self.states[name].get("Retry", []) if "States.ALL" in retry["ErrorEquals"])
