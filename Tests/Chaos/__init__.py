"""Batch runs under faults from outside: whatever befalls it, a run ends as an undisturbed one."""
