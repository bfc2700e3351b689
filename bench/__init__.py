"""The benchmarks, with peers in the same run: see docs/performance.md. Run with `make bench`."""
