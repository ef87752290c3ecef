"""Runs commands one after another as a person would type them: folder and variables stay as the last one left them."""

import os
import select
import signal
import subprocess

STATE = 'trap \'{ export -p; printf "cd %q\\n" "$PWD"; } > "$STATE_FILE"\' EXIT\n'


class Shell:
    def __init__(self, folder, tomos, scratch):
        self.folder = folder
        self.state = scratch / "state"
        self.state.write_text("")
        programs = scratch / "bin"
        programs.mkdir()
        (programs / "tomos").symlink_to(tomos)
        home = scratch / "home"
        home.mkdir()
        self.environment = {
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(scratch),
            "STATE_FILE": str(self.state),
        }

    def run(self, command, limit=900):
        """Exit code, standard output and standard error."""
        text = f"{self.state.read_text()}{STATE}{command}\n"
        process = self.start(text)
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return 124, out, f"{err}\nnot ended after {limit} s"
        return process.returncode, out, err

    def interrupt(self, command, limit=60):
        """The same for a command that runs until Ctrl-C, which it gets when it has printed a line."""
        process = self.start(f"{self.state.read_text()}exec {command}\n")
        is_ready, _, _ = select.select([process.stdout], [], [], limit)
        first = process.stdout.readline() if is_ready else ""
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return 124, first, "it does not end by Ctrl-C"
        return process.returncode if first.strip() else 1, first, err

    def start(self, text):
        return subprocess.Popen(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Who runs the test in the background has its interrupts ignored, and children begin with that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
