"""Registration beside others' programs: what `make bench-registration` measures. Usage: Benchmarks/registration."""
