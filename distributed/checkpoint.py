"""What a training needs to go on, in one file that is replaced as a whole."""

import glob
import json
import os

import torch


def write_atomically(path, write):
    """`write` fills a new file, which then takes the place of the old one: a crash leaves one of the two."""
    # Of a process that was killed while it wrote; only one writes.
    for left in glob.glob(f"{glob.escape(path)}.*.new"):
        os.unlink(left)
    fresh = f"{path}.{os.getpid()}.new"
    try:
        with open(fresh, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        # A disk that is full stays so until somebody frees it.
        if os.path.exists(fresh):
            os.unlink(fresh)
        raise


def save(path, tensors, state):
    """tensors: name -> tensor; state: plain numbers, strings, lists and dictionaries"""
    # As text: PyTorch 1.13 refuses numbers where only weights are to be loaded.
    content = {"state": json.dumps(state), **{name: tensor.detach().cpu() for name, tensor in tensors.items()}}
    write_atomically(path, lambda file: torch.save(content, file))


def load(path):
    """-> (tensors, state), or None where there is none"""
    if not os.path.exists(path):
        return None
    content = torch.load(path, map_location="cpu", weights_only=True)
    return content, json.loads(content.pop("state"))
