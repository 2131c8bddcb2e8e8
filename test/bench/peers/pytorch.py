"""PyTorch as a rival of `npm run bench`: the same model, data and step as ours, on the same cores.

Answers one JSON object a line on stdin, as extension/bench/contestant.ts says. Needs nothing but PyTorch and NumPy.
"""

import ctypes
import json
import mmap
import os
import re
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def read_safetensors(path):
    """name -> torch.Tensor, float32. Source: the safetensors format (8 bytes of header length, JSON, data)."""
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header_bytes = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_bytes])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + header_bytes + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], dtype="<f4").copy()
        tensors[name] = torch.from_numpy(values).reshape(entry["shape"])
    return tensors


class Arcee(torch.nn.Module):
    """RMSNorm, attention with RoPE, ReLU²; tied embedding. q, k and v are one product, which is the fastest for PyTorch, too."""

    def __init__(self, config, tensors):
        super().__init__()
        self.config = config
        self.matrices = torch.nn.ParameterList()
        self.norms = torch.nn.ParameterList()

        def matrix(tensor):
            parameter = torch.nn.Parameter(tensor)
            self.matrices.append(parameter)
            return parameter

        def norm(tensor):
            parameter = torch.nn.Parameter(tensor)
            self.norms.append(parameter)
            return parameter

        self.embedding = matrix(tensors["model.embed_tokens.weight"])
        self.layers = []
        for layer in range(config["numHiddenLayers"]):
            at = f"model.layers.{layer}."
            projections = [tensors[f"{at}self_attn.{name}_proj.weight"] for name in "qkv"]
            self.layers.append(
                (
                    norm(tensors[at + "input_layernorm.weight"]),
                    matrix(torch.cat(projections)),
                    matrix(tensors[at + "self_attn.o_proj.weight"]),
                    norm(tensors[at + "post_attention_layernorm.weight"]),
                    matrix(tensors[at + "mlp.up_proj.weight"]),
                    matrix(tensors[at + "mlp.down_proj.weight"]),
                )
            )
        self.final_norm = norm(tensors["model.norm.weight"])

    def prepare(self, length):
        """Tables for sequences of this length."""
        config = self.config
        half = config["hiddenSize"] // config["numAttentionHeads"] // 2
        frequencies = config["ropeTheta"] ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies
        self.cos = torch.cat([angles.cos()] * 2, dim=1).float()
        self.sin = torch.cat([angles.sin()] * 2, dim=1).float()
        self.mask = torch.full((length, length), float("-inf")).triu(1)

    def normalise(self, x, weight):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config["rmsNormEps"]) * weight

    def rotate(self, x):
        half = x.shape[-1] // 2
        turned = torch.cat([-x[..., half:], x[..., :half]], dim=-1)
        return x * self.cos + turned * self.sin

    def attend(self, x, qkv_weight, output_weight):
        batch, length, hidden = x.shape
        heads = self.config["numAttentionHeads"]
        qkv = F.linear(x, qkv_weight).view(batch, length, 3, heads, hidden // heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        q, k = self.rotate(q), self.rotate(k)
        scores = q @ k.transpose(-1, -2) * (hidden // heads) ** -0.5 + self.mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, hidden)
        return F.linear(mixed, output_weight)

    def loss(self, ids, targets):
        x = F.embedding(ids, self.embedding)
        for input_norm, qkv, output, middle_norm, up, down in self.layers:
            x = x + self.attend(self.normalise(x, input_norm), qkv, output)
            inner = F.relu(F.linear(self.normalise(x, middle_norm), up)).square()
            x = x + F.linear(inner, down)
        logits = F.linear(self.normalise(x, self.final_norm), self.embedding)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


class TrainStep:
    def __init__(self, subject):
        folder = subject["folder"]
        with open(os.path.join(folder, "case.json")) as file:
            self.case = json.load(file)
        case = self.case
        shape = (case["batches"], 2, case["sequences"], case["length"])
        batches = np.fromfile(os.path.join(folder, "batches.i32"), dtype="<i4").reshape(shape)
        self.batches = torch.from_numpy(batches.astype(np.int64))
        self.model = Arcee(case["config"], read_safetensors(os.path.join(folder, "model.safetensors")))
        self.model.prepare(case["length"])
        recipe = case["recipe"]
        groups = [
            {"params": list(self.model.matrices), "weight_decay": recipe["weightDecay"]},
            {"params": list(self.model.norms), "weight_decay": 0.0},
        ]
        betas = (recipe["beta1"], recipe["beta2"])
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=betas, eps=recipe["eps"])
        self.step = 0

    def run(self):
        rates = self.case["learningRates"]
        rate = rates[min(self.step, len(rates) - 1)]
        ids, targets = self.batches[self.step % len(self.batches)]
        start = time.perf_counter()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model.loss(ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.case["recipe"]["clip"])
        self.optimizer.step()
        value = loss.item()
        seconds = time.perf_counter() - start
        self.step += 1
        return {"ms": 1000 * seconds, "loss": value}


class Product:
    def __init__(self, subject):
        torch.manual_seed(1)
        self.a = torch.randn(subject["rows"], subject["depth"])
        self.b = torch.randn(subject["depth"], subject["cols"])
        self.out = torch.empty(subject["rows"], subject["cols"])

    def run(self):
        # Wakes the threads and gives them a core each, as ours have.
        start = time.perf_counter()
        while time.perf_counter() - start < SPREAD_SECONDS:
            torch.mm(self.a, self.b, out=self.out)
        start = time.perf_counter()
        torch.mm(self.a, self.b, out=self.out)
        return {"ms": 1000 * (time.perf_counter() - start)}


# As in extension/bench/trials.ts.
SPREAD_SECONDS = 0.06

kinds = {"trainStep": TrainStep, "product": Product}


def linear_algebra():
    """The BLAS that the dynamic linker chose. The reference one, which Debian installs by itself, is many times as slow.

    Named with the kernels that it runs: what it finds in the processor, or what OPENBLAS_CORETYPE holds it to.
    """
    torch.ones(64, 64) @ torch.ones(64, 64)
    with open("/proc/self/maps") as file:
        library = re.search(r"/\S*openblas\S*", file.read())
    if library is None:
        return None
    core = ctypes.CDLL(library.group()).openblas_get_corename
    core.restype = ctypes.c_char_p
    return f"OpenBLAS, {core().decode()} kernels"


def await_rest():
    """OpenBLAS's threads look for more work for a tenth of a second, and would keep a core from the next one's try."""
    while True:
        before = time.process_time()
        time.sleep(0.02)
        if time.process_time() - before < 0.002:
            return


def peak_rss_mb():
    """The program's own high-water mark: getrusage would report a larger parent's."""
    with open("/proc/self/status", encoding="latin1") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) / 1024


def main():
    torch.set_flush_denormal(True)
    trial = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "open":
                blas = linear_algebra()
                if blas is None:
                    raise RuntimeError("PyTorch found no OpenBLAS; apt-get install libopenblas0")
                subject = request["subject"]
                torch.set_num_threads(subject["threads"])
                trial = kinds[subject["kind"]](subject)
                answer = {"version": f"{torch.__version__} ({blas})"}
            elif request["do"] == "try":
                answer = trial.run()
                await_rest()
            else:
                trial = None
                answer = {"rssMb": peak_rss_mb()}
            print(json.dumps({"answer": answer}), flush=True)
        except Exception as error:  # whatever it is, the one who asks reports it
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)


main()
