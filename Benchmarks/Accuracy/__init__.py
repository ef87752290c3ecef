"""Accuracy on the development sets: what `make bench-accuracy` measures. Usage: Benchmarks/accuracy."""
