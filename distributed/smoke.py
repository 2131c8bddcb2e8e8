"""A few steps of each of a few settings on this machine: tokens a second, memory, and what the time goes to."""

import argparse
import tempfile
import time

import torch

from options import parse
from train import Training


def measure(name, options, steps):
    """Prints the tokens a second of the last third of the steps."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        training = Training(parse([*options, "--out", out, "--steps", str(steps), "--evaluate-every", "1000000"]))
        cuda = training.device.type == "cuda"
        if cuda:
            torch.cuda.reset_peak_memory_stats()
        training.begin()
        training.compile()
        ready = time.perf_counter()
        training.run()
        mb = torch.cuda.max_memory_allocated() / 2**20 if cuda else 0
        print(f"== {name}: ready after {ready - start:.1f} s, {steps} steps in {time.perf_counter() - ready:.2f} s, {mb:.0f} MB", flush=True)
        return training


def profile(training):
    activities = [torch.profiler.ProfilerActivity.CPU]
    if training.device.type == "cuda":
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=activities) as profiler:
        for _ in range(5):
            training.step(0.1)
        if training.device.type == "cuda":
            torch.cuda.synchronize()
    averages = profiler.key_averages()
    order = next(f"self_{kind}_time_total" for kind in orders(training) if hasattr(averages[0], f"self_{kind}_time_total"))
    print(averages.table(sort_by=order, row_limit=18, max_name_column_width=60), flush=True)


def orders(training):
    """What time is called that is the device's, in this version of PyTorch or in older ones."""
    return ("device", "cuda", "cpu") if training.device.type == "cuda" else ("cpu",)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--sizes", default="65536,131072", help="tokens of a step")
    own, options = parser.parse_known_args()
    options += ["--log-every", str(max(1, own.steps // 3)), "--checkpoint-seconds", "1e9"]
    first, *others = own.sizes.split(",")
    measure("eager", [*options, "--tokens-per-step", first, "--compile", "off"], own.steps)
    training = measure("compiled", [*options, "--tokens-per-step", first], own.steps)
    profile(training)
    for size in others:
        measure(f"compiled, {size} tokens a step", [*options, "--tokens-per-step", size], own.steps)


if __name__ == "__main__":
    main()
