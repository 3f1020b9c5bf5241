"""Tests that read as sentences: register with @test, say what must hold with expect and equal, end with run().

A driver prints one line per test and, last, `COUNT <checks> <failures>`, which tests/run adds up.
"""
import contextlib
import json
import os
import sys
import time
import traceback

_tests = []
_checks = 0
_failures = []
SHOWN_CHARS_MAX = 600


class Failure(Exception):
    """Something that must hold does not."""


def test(function):
    """Register a test; its name, read as a sentence, is what is printed."""
    _tests.append(function)
    return function


def shown(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_CHARS_MAX else text[:SHOWN_CHARS_MAX] + f"... ({len(text)} characters)"


def expect(condition, why):
    if not condition:
        raise Failure(why)


def equal(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}: found {shown(found)}, wanted {shown(wanted)}")


def contains(found, part, what):
    if part not in found:
        raise Failure(f"{what}: {shown(part)} is not in {shown(found)}")


def wait_for(condition, what, seconds=5, interval=0.01):
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise Failure(f"waited {seconds} s in vain for: {what}")
        time.sleep(interval)


def _record(label, action):
    global _checks
    _checks += 1
    began = time.monotonic()
    try:
        action()
    except Failure as failure:
        _failures.append(label)
        print(f"FAIL  {label}\n      {failure}\n      at {_where(failure)}", flush=True)
        return
    except Exception:
        _failures.append(label)
        print(f"FAIL  {label}\n{traceback.format_exc()}", flush=True)
        return
    elapsed = time.monotonic() - began
    print(f"ok    {label}" + (f"  ({elapsed:.1f} s)" if elapsed >= 1 else ""), flush=True)


def _where(failure):
    frames = [f for f in traceback.extract_tb(failure.__traceback__) if f.filename != __file__]
    return " < ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in reversed(frames[-3:]))


@contextlib.contextmanager
def row(label):
    """One row of a table: a check of its own, which fails alone."""
    global _checks
    _checks += 1
    try:
        yield
    except Failure as failure:
        _failures.append(label)
        print(f"FAIL  ... {label}\n      {failure}\n      at {_where(failure)}", flush=True)
    except Exception:
        _failures.append(label)
        print(f"FAIL  ... {label}\n{traceback.format_exc()}", flush=True)


def report():
    """Print the closing line and return the exit status."""
    for label in _failures:
        print(f"failed: {label}")
    print(f"COUNT {_checks} {len(_failures)}", flush=True)
    return 0 if _checks and not _failures else 1


def run(fixture, closing=()):
    """Run every registered test with what `fixture` (a context manager) gives, or those named on the command line.

    closing: further functions of the fixture's value, checked after all tests.
    """
    chosen = [t for t in _tests if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    try:
        with fixture as given:
            for function in [*chosen, *closing]:
                _record(function.__name__.replace("_", " "), lambda f=function: f(given))
            if _failures and hasattr(given, "show_logs"):
                given.show_logs()
    except Failure as failure:
        _failures.append("fixture")
        print(f"FAIL  fixture\n      {failure}")
    sys.exit(report())


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
