"""Benchmarks: figures as ratios within one run, on loopback, bounded in time. `make bench` prints them."""
