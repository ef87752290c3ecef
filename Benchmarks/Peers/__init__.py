"""Tomos beside others' programs on the same packs: what `make bench-peers` measures. Usage: Benchmarks/peers."""
