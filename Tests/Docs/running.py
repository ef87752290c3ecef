"""One page: its commands in order, in a scratch copy."""

import time

from . import outputs, pipelines, standins


class PageRun:
    def __init__(self, page, scratch, shell, grammar, table):
        self.page, self.scratch, self.shell = page, scratch, shell
        self.grammar, self.table = grammar, table
        self.faults, self.ran, self.left = list(page.faults), 0, {}

    def whole(self):
        self.read()
        pipelines.place(self.page, self.scratch)
        if self.stand_in():
            for command in self.page.commands:
                self.one(command)
        schema = self.shell.run("tomos pipeline schema")[1]
        for line, text in pipelines.faults(self.page, self.scratch, self.shell, schema):
            self.fault(line, text)

    def read(self):
        """What can be said without running anything."""
        for command in self.page.commands:
            for text in self.grammar.faults(command.text):
                self.fault(command.line, f"{command.bare}: {text}")
        for script in self.page.scripts:
            lines = [line for line in script.text.split("\n") if line.strip() and not line.startswith("#")]
            for text in self.grammar.faults("\n".join(lines)):
                self.fault(script.line, text)
        for code, line in self.page.inline:
            if code.split(" ")[0] in ("tomos", "make") and " " in code:
                try:
                    found = self.grammar.faults(code, is_whole=False)
                except ValueError as error:
                    found = [str(error)]
                for text in found:
                    self.fault(line, f"{code}: {text}")

    def stand_in(self):
        make = standins.PAGES.get(self.page.path)
        for command in (make(self.scratch) if make else None) or ():
            code, out, err = self.shell.run(command)
            if code != 0:
                self.fault(0, f"a stand-in could not be made: {command}: exit code {code}\n{out}{err}")
                return False
        return True

    def one(self, command):
        bare = command.bare
        reason = self.table.reason(bare)
        if reason:
            self.left.setdefault(reason, []).append(bare)
            return
        began = time.monotonic()
        if self.table.is_endless(bare):
            code, out, err = self.shell.interrupt(bare)
            code = 0 if code in (0, 130) else code
        else:
            code, out, err = self.shell.run(self.table.other_form(bare) or command.text)
        self.ran += 1
        print(f"  {time.monotonic() - began:6.1f} s  {bare}", flush=True)
        if code != 0:
            told = "\n".join((out + err).strip().split("\n")[-8:])
            self.fault(command.line, f"{bare}: exit code {code}\n{told}")
        elif command.output is not None:
            for text in outputs.faults(command.output, out, not self.scratch.short):
                self.fault(command.line, f"{bare}: {text}")

    def fault(self, line, text):
        self.faults.append(f"{self.page.path}:{line}: {text}")
