"""Whether a command could be meant: its program's commands and options are there, targets of make, files of the repository."""

import json
import re
import shlex
import subprocess

OPERATORS = set("();<>|&")
CONTAINERS = {"apptainer", "docker", "podman"}


class Grammar:
    def __init__(self, tomos, root):
        told = subprocess.run([tomos, "--experimental-dump-help"], capture_output=True, text=True, check=True)
        self.tomos = json.loads(told.stdout)["command"]
        self.root = root
        makefile = (root / "Makefile").read_text(encoding="utf-8")
        included = re.findall(r"^include (\S+)$", makefile, re.MULTILINE)
        self.makefile = makefile + "".join((root / one).read_text(encoding="utf-8") for one in included)
        self.targets = set(re.findall(r"^([a-z][a-z0-9-]*):", self.makefile, re.MULTILINE))

    def faults(self, command, is_whole=True):
        """What is wrong with a line for the shell; of code in a sentence (not whole) arguments may be missing."""
        found = []
        for words in simple_commands(command):
            found += self.simple(words, is_whole)
        return found

    def simple(self, words, is_whole):
        for n, word in enumerate(words):
            if word in ("tomos", "tomos.sif") or word.endswith("/tomos"):
                if n and words[n - 1].startswith("-") or words[1:2] == ["build"]:  # a folder, or the name of an image
                    continue
                told = words[n + 1 :]
                # A container whose first argument is a folder is a BIDS App.
                is_app = words[0] in CONTAINERS and told and told[0].startswith("/")
                return command_faults(self.tomos, ["bids", *told] if is_app else told, is_whole)
        if words and words[0] == "make":
            return self.make_faults(words[1:])
        if words and words[0].startswith("scripts/") and not (self.root / words[0]).is_file():
            return [f"{words[0]} is not there"]
        return []

    def make_faults(self, words):
        found = []
        for word in words:
            name, equals, _ = word.partition("=")
            if equals and f"$({name})" not in self.makefile:
                found.append(f"the Makefile does not use {name}")
            if not equals and not word.startswith("-") and word not in self.targets:
                found.append(f"the Makefile has no target '{word}'")
        return found


def simple_commands(command):
    """The words of each command in a line, without assignments and redirections."""
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words, skips = [], False
    for word in comments_off(list(lexer)):
        if set(word) <= OPERATORS:
            if "<" in word or ">" in word:
                skips = True
                continue
            if words:
                yield words
            words = []
        elif skips:
            skips = False
        elif words or not re.fullmatch(r"[A-Z_]+=.*", word):
            words.append(word)
    if words:
        yield words


def comments_off(words):
    return words[: words.index("#")] if "#" in words else words


def command_faults(command, words, is_whole):
    """What ArgumentParser would say to the words, as far as its description of the command goes."""
    names = {below["commandName"]: below for below in command.get("subcommands", [])}
    if names and words and not words[0].startswith("-"):
        if words[0] in names:
            return command_faults(names[words[0]], words[1:], is_whole)
        is_placeholder = not is_whole and not re.fullmatch(r"[a-z-]+", words[0])
        return [] if is_placeholder else [f"'{command['commandName']}' has no command '{words[0]}'"]
    options = {}
    for argument in command.get("arguments", []):
        for name in argument.get("names", []):
            options[("-" if name["kind"] == "short" else "--") + name["name"]] = argument
            options["-" + name["name"] if len(name["name"]) == 1 else "--" + name["name"]] = argument
    found, places, n = [], 0, 0
    while n < len(words):
        word = words[n]
        n += 1
        if not word.startswith("-") or word == "-":
            places += 1
            continue
        name, equals, _ = word.partition("=")
        argument = options.get(name)
        if argument is None:
            found.append(f"'{command['commandName']}' has no option {name}")
        elif argument["kind"] == "option" and not equals:
            if n == len(words) and is_whole:
                found.append(f"{name} needs a value")
            n += 1
            if argument.get("parsingStrategy") == "upToNextOption":
                while n < len(words) and not words[n].startswith("-"):
                    n += 1
    return found + place_faults(command, places, words, is_whole)


def place_faults(command, places, words, is_whole):
    wanted = [argument for argument in command.get("arguments", []) if argument["kind"] == "positional"]
    most = float("inf") if any(argument["isRepeating"] for argument in wanted) else len(wanted)
    least = sum(not argument["isOptional"] for argument in wanted)
    if places > most:
        return [f"'{command['commandName']}' takes {most} arguments and gets {places}"]
    if is_whole and places < least and not {"--help", "--version", "-h"} & set(words):
        return [f"'{command['commandName']}' needs {least} arguments and gets {places}"]
    return []
