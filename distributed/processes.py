"""The processes of a training, and what they tell each other."""

import datetime
import os

import torch.distributed as dist


class Ranks:
    """The processes of a training; alone, every exchange is nothing."""

    def __init__(self, device_type):
        self.rank = int(os.environ.get("RANK", 0))
        self.count = int(os.environ.get("WORLD_SIZE", 1))
        # Among those of this machine.
        self.local = int(os.environ.get("LOCAL_RANK", 0))
        self.local_count = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        self.control = None
        if self.count > 1:
            backend = "nccl" if device_type == "cuda" else "gloo"
            dist.init_process_group(backend, store=meeting_place(self), rank=self.rank, world_size=self.count)
            # Small numbers of the host: they must not wait for the device.
            self.control = dist.new_group(backend="gloo")

    def share(self, count):
        """[first, last) of `count` things that are this process's."""
        return self.rank * count // self.count, (self.rank + 1) * count // self.count

    def add_up(self, tensors):
        if self.count > 1:
            for tensor in tensors:
                dist.all_reduce(tensor)

    def copy_from_first(self, tensors):
        if self.count > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    def told_by_first(self, value):
        if self.count == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, 0, group=self.control)
        return box[0]

    def told_by_all(self, value):
        """Each process's value, by rank."""
        if self.count == 1:
            return [value]
        values = [None] * self.count
        dist.all_gather_object(values, value, group=self.control)
        return values

    def close(self):
        if self.count > 1:
            dist.destroy_process_group()


def meeting_place(ranks):
    """Where processes find each other: its names are new after every restart, else PyTorch 2.13 meets processes that are gone."""
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    hosted = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    wait = datetime.timedelta(minutes=5)
    store = dist.TCPStore(address, port, ranks.count, ranks.rank == 0 and not hosted, wait)
    return dist.PrefixStore(f"attempt {os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)}", store)
