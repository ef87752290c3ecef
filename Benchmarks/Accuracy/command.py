"""What the command lines of the benchmarks on the development sets have in common."""

import argparse
import signal


def parser(program: str, doc: str, epilog: str) -> argparse.ArgumentParser:
    """Of Benchmarks/PROGRAM, whose module is documented so; it takes TOMOS and --set. Every benchmark adds its own."""
    made = argparse.ArgumentParser(
        prog=f"Benchmarks/{program}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=doc.split("\n")[0],
        epilog=epilog + "\nExit status 1: something failed; 3: the data are not there.",
    )
    made.add_argument("tomos", metavar="TOMOS", help="the program")
    made.add_argument("--set", dest="sets", action="append", default=[], metavar="SET", help="these sets only")
    return made


def listed(name: str, every) -> str:
    """A line of the epilog: what may be named."""
    return f"{name}: {', '.join(one.name for one in every)}."


def require_known(made: argparse.ArgumentParser, *named_and_known):
    """Ends with an error where a name is given that is not among those of a list."""
    for named, known in named_and_known:
        names = [one.name for one in known]
        if unknown := sorted(set(named) - set(names)):
            made.error(f"no {', '.join(unknown)}; there are {', '.join(names)}")


def stop_on_termination():
    """Ends like Ctrl-C, so that the program that was started ends too."""

    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
