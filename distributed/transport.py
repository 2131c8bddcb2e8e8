"""Folders of shards in one small file each, for a machine that only gets what travels with the program."""

import argparse
import hashlib
import json
import lzma
import os
import shutil

# Tokens are 2 bytes wide, and what precedes one says more than its own other byte.
FILTERS = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 28, "lc": 3, "lp": 1, "pb": 1}
]
BLOCK = 1 << 20


def pack(folder, packed):
    """shards.json, tokenizer.json, and all shards as tokens.xz"""
    os.makedirs(packed, exist_ok=True)
    for name in ("shards.json", "tokenizer.json"):
        shutil.copy(os.path.join(folder, name), packed)
    with lzma.open(os.path.join(packed, "tokens.xz"), "wb", format=lzma.FORMAT_XZ, filters=FILTERS) as out:
        for shard in read_index(folder)["shards"]:
            with open(os.path.join(folder, shard["file"]), "rb") as file:
                shutil.copyfileobj(file, out, BLOCK)


def unpack(packed, folder):
    """The folder as it was; every shard is held to its digest."""
    os.makedirs(folder, exist_ok=True)
    for name in ("shards.json", "tokenizer.json"):
        shutil.copy(os.path.join(packed, name), folder)
    with lzma.open(os.path.join(packed, "tokens.xz")) as stream:
        for shard in read_index(packed)["shards"]:
            left, digest = 2 * shard["tokens"], hashlib.sha256()
            with open(os.path.join(folder, shard["file"]), "wb") as file:
                while left > 0:
                    block = stream.read(min(BLOCK, left))
                    if not block:
                        raise SystemExit(f"{packed} should hold {left} bytes more of {shard['file']}; pack it again.")
                    file.write(block)
                    digest.update(block)
                    left -= len(block)
            if digest.hexdigest() != shard["sha256"]:
                raise SystemExit(f"{shard['file']} should be the file that was packed and is another; pack it again.")


def read_index(folder):
    with open(os.path.join(folder, "shards.json")) as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=["pack", "unpack"])
    parser.add_argument("source")
    parser.add_argument("target")
    arguments = parser.parse_args()
    {"pack": pack, "unpack": unpack}[arguments.do](arguments.source, arguments.target)


if __name__ == "__main__":
    main()
