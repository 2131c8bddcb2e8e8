"""Shards of tokens, as `nihilo tokenize` writes them, and the order in which a training reads them."""

import hashlib
import json
import os

import numpy as np
import torch

GOLDEN = (5**0.5 - 1) / 2
BLOCK = 1 << 20


class Stream:
    """The shards of a folder as one sequence of tokens, memory-mapped."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "shards.json")) as file:
            self.index = json.load(file)
        if not self.index["complete"]:
            raise SystemExit(f"{folder} should hold all its shards and does not yet; run nihilo tokenize again.")
        self.shards = []
        for shard in self.index["shards"]:
            tokens = np.memmap(os.path.join(folder, shard["file"]), dtype="<u2", mode="r")
            if len(tokens) != shard["tokens"]:
                raise SystemExit(f"{shard['file']} should hold {shard['tokens']} tokens and holds {len(tokens)}.")
            self.shards.append(tokens)
        self.ends = np.cumsum([len(shard) for shard in self.shards])
        self.tokens = int(self.ends[-1])

    def check(self, ranks):
        """Holds every file to its digest, once. A machine may have shards of its own: its processes share them out among themselves. All end
        where one finds damage."""
        files = [("tokenizer.json", self.index["tokenizer"])]
        files += [(shard["file"], shard["sha256"]) for shard in self.index["shards"]]
        mine = files[ranks.local :: ranks.local_count]
        damaged = [name for name, digest in mine if sha256(os.path.join(self.folder, name)) != digest]
        found = sorted({name for names in ranks.told_by_all(damaged) for name in names})
        if found:
            raise SystemExit(
                f"{', '.join(found)} of {self.folder} should have the SHA-256 that shards.json says and has another;"
                " run nihilo tokenize again, which makes damaged shards anew."
            )

    @property
    def bytes_per_token(self):
        return self.index["bytes"] / self.index["tokens"]

    def read(self, starts, length):
        """starts i64[S] -> i64[S, length + 1]: the tokens from each start on"""
        rows = np.empty((len(starts), length + 1), dtype=np.int64)
        for row, start in zip(rows, starts):
            filled = 0
            while filled <= length:
                at = start + filled
                shard = int(np.searchsorted(self.ends, at, side="right"))
                begin = at - (self.ends[shard] - len(self.shards[shard]))
                part = self.shards[shard][begin : begin + length + 1 - filled]
                row[filled : filled + len(part)] = part
                filled += len(part)
        return torch.from_numpy(rows)


class HostReader:
    """Reads batches from the disk's cache."""

    def __init__(self, stream, device):
        self.stream, self.device = stream, device

    def read(self, starts, length):
        """starts i64[S] -> ids, targets i64[S, length] on the device"""
        rows = self.stream.read(starts, length).to(self.device)
        return rows[:, :-1], rows[:, 1:]


class DeviceReader:
    """The whole stream lies on the device, 2 bytes a token, and a batch is gathered there."""

    def __init__(self, stream, device):
        tokens = np.concatenate([np.asarray(shard) for shard in stream.shards])
        # PyTorch has little arithmetic for unsigned numbers of 16 bits.
        self.tokens = torch.from_numpy(tokens.view(np.int16)).to(device)
        self.device = device

    def read(self, starts, length):
        """starts i64[S] -> ids, targets i64[S, length] on the device"""
        pinned = torch.from_numpy(starts).pin_memory() if self.device.type == "cuda" else torch.from_numpy(starts)
        first = pinned.to(self.device, non_blocking=True)
        places = first[:, None] + torch.arange(length + 1, device=self.device)
        rows = self.tokens[places].long() & 0xFFFF
        return rows[:, :-1], rows[:, 1:]


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def reader_for(stream, device):
    """On the device when it fits there beside the training."""
    if device.type == "cuda" and 2 * stream.tokens < torch.cuda.mem_get_info(device)[0] // 4:
        return DeviceReader(stream, device)
    return HostReader(stream, device)


def sequence_starts(tokens, seed, first, count, length):
    """i64[count]: where the sequences `first`, `first` + 1, … of a training begin, to the bit as extension/training/batches.ts has it."""
    mixed = ((seed ^ 0x9E3779B9) * 0x85EBCA6B) & 0xFFFFFFFF
    numbers = np.arange(first, first + count, dtype=np.float64)
    shares = np.fmod(mixed / 2**32 + numbers * GOLDEN, 1.0)
    return np.floor(shares * (tokens - length)).astype(np.int64)


def held_out_starts(tokens, length, most):
    """i64[at most `most`]: windows that do not overlap, spread evenly over the stream."""
    windows = max(1, (tokens - 1) // length)
    step = max(1.0, windows / most)
    return np.floor(np.arange(0, windows, step)).astype(np.int64)[:most] * length
