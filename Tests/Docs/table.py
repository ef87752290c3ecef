"""The table of commands that are not run as they stand."""

import re

import yaml


class Table:
    def __init__(self, path):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.left_out = [(pattern, group["reason"]) for group in told["left out"] for pattern in group["commands"]]
        self.run_as = {entry["command"]: entry["as"] for entry in told["run as"]}
        self.endless = told["endless"]
        self.used = set()

    def reason(self, command):
        """Why a command is left out, or None."""
        for pattern, reason in self.left_out:
            if self.fits(pattern, command):
                return reason
        return None

    def other_form(self, command):
        if command in self.run_as:
            self.used.add(command)
        return self.run_as.get(command)

    def is_endless(self, command):
        return any(self.fits(pattern, command) for pattern in self.endless)

    def fits(self, pattern, command):
        is_it = re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), command) is not None
        if is_it:
            self.used.add(pattern)
        return is_it

    def unused(self):
        every = [pattern for pattern, _ in self.left_out] + list(self.run_as) + self.endless
        return [pattern for pattern in every if pattern not in self.used]
