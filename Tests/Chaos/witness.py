"""Looks at a results folder again and again while runs are at it: a case must appear whole, once, and stay."""

import time

from .processes import MOMENT
from .results import Results


class Witness:
    def __init__(self, results: Results):
        self.results = results
        self.seen: dict[str, tuple] = {}
        self.complaints: list[str] = []

    def begin(self):
        self.seen = self.results.done()

    def look(self):
        """Compares with the look before."""
        folders = {one.name for one in self.results.case_folders()}
        now = self.results.done()
        for case, mark in self.seen.items():
            if case in now and now[case] != mark:
                self.complain(f"{case} was done twice")
            elif case not in now:
                self.complain(f"{case} was done and is gone")
        # A folder that appeared between the two readings above is there whole the next time.
        for case in folders - now.keys():
            if case not in self.results.done() and (self.results.path / case).is_dir():
                self.complain(f"{case} has a folder without case.json")
        self.seen |= now

    def complain(self, text: str):
        if text not in self.complaints:
            self.complaints.append(text)

    def wait(self, condition, patience: float) -> bool:
        """Looks on until a condition holds; whether it did in time."""
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                return False
            self.look()
            time.sleep(MOMENT)
        return True
