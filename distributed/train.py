"""Pre-trains an Arcee model on shards of tokens: one process or, under torchrun, many. README.md has the commands."""

import collections
import contextlib
import json
import math
import os
import time

import torch

import checkpoint
import data
import export
from model import Arcee
from optimizer import Optimizer
from options import config_of, parse, recipe_of
from processes import Ranks

# Steps that may be queued on the device: enough to keep it busy, few enough for the clock to be true.
MOST_QUEUED = 4


class Log:
    """One JSON object a line, on stdout and in a file."""

    def __init__(self, path):
        self.file = None if path is None else open(path, "a", encoding="utf-8")

    def write(self, **line):
        if self.file is None:
            return
        text = json.dumps(line)
        print(text, flush=True)
        self.file.write(text + "\n")
        self.file.flush()


class Training:
    def __init__(self, arguments):
        self.arguments = arguments
        kind = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.ranks = Ranks(kind)
        self.device = torch.device("cuda", self.ranks.local) if kind == "cuda" else torch.device(kind)
        if kind == "cuda":
            torch.cuda.set_device(self.device)
            torch.set_float32_matmul_precision("high")
        self.dtype = getattr(torch, arguments.dtype or ("bfloat16" if kind == "cuda" else "float32"))
        self.recipe = recipe_of(arguments)
        self.stream = data.Stream(arguments.train)
        self.held_out = data.Stream(arguments.held_out)
        if self.held_out.index["tokenizer"] != self.stream.index["tokenizer"]:
            raise SystemExit(f"{arguments.held_out} should have the tokenizer of {arguments.train} and has another.")
        for stream in (self.stream, self.held_out):
            stream.check(self.ranks)
        self.reader = data.reader_for(self.stream, self.device)
        self.held_out_reader = data.reader_for(self.held_out, self.device)
        self.config = config_of(arguments, self.stream.index["vocabSize"])
        # What can't be scored in the end would be found out there, before anything is kept.
        for stream in (self.stream, self.held_out):
            if stream.tokens <= self.config.max_position_embeddings:
                raise SystemExit(
                    f"{stream.folder} should have more tokens than the context of {self.config.max_position_embeddings}"
                    f" and has {stream.tokens}; take more text or a smaller --context."
                )
        self.model = Arcee(self.config).to(self.device)
        self.optimizer = Optimizer(self.model, self.recipe, self.dtype)
        self.loss = self.model.loss
        self.state = {
            "config": self.config.to_dict(),
            "recipe": self.recipe.to_dict(),
            "seed": arguments.seed,
            "end_of_text": self.stream.index["endOfText"],
            "tokenizer": self.stream.index["tokenizer"],
            "text": [shard["sha256"] for shard in self.stream.index["shards"]],
            "step": 0,
            "tokens": 0,
            "sequences": 0,
            "seconds": 0.0,
            "held_out": None,
        }
        first = self.ranks.rank == 0
        if first:
            os.makedirs(arguments.out, exist_ok=True)
        self.checkpoint_file = os.path.join(arguments.out, "checkpoint.pt")
        self.log = Log(os.path.join(arguments.out, "log.jsonl") if first else None)
        self.recent = []
        self.queued = collections.deque()

    def tensors(self):
        model = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        return {**model, **{f"optimizer.{name}": tensor for name, tensor in self.optimizer.tensors().items()}}

    def begin(self):
        """Random numbers, given weights, or where an earlier call of the same training stopped; the first process decides."""
        before = checkpoint.load(self.checkpoint_file) if self.ranks.rank == 0 else None
        if before is not None:
            stored, state = before
            for name in ("config", "recipe", "seed", "tokenizer", "text"):
                if json.dumps(state[name]) != json.dumps(self.state[name]):
                    raise SystemExit(f"{self.checkpoint_file} is of a training with another {name}; choose another --out.")
            for name, tensor in self.tensors().items():
                tensor.data.copy_(stored[name])
            self.state = state
            self.log.write(event="resumed", step=state["step"])
        elif self.ranks.rank == 0:
            self.model.initialise(self.arguments.seed)
            if self.arguments.init is not None:
                export.load_weights(self.model, self.arguments.init)
        self.state = self.ranks.told_by_first(self.state)
        self.ranks.copy_from_first([tensor.data for tensor in self.tensors().values()])

    def compile(self):
        """Compiles for every shape of a step before the clock starts; stays as it is where that fails."""
        if self.arguments.compile == "off" or not hasattr(torch, "compile"):
            return
        start = time.perf_counter()
        mode = None if self.arguments.compile == "default" else self.arguments.compile
        try:
            self.loss = torch.compile(self.model.loss, mode=mode, dynamic=False)
            self.optimizer.apply = torch.compile(self.optimizer.apply_step, dynamic=False)
            self.rehearse()
            self.log.write(event="compiled", seconds=round(time.perf_counter() - start, 1))
        except Exception as error:  # a compiler may fail in any way, and the training can do without it
            self.loss, self.optimizer.apply = self.model.loss, self.optimizer.apply_step
            self.log.write(event="not compiled", error=f"{type(error).__name__}: {str(error)[:2000]}")

    def rehearse(self):
        """Every kind of step once, at rate 0; the moments are put back."""
        before = {name: tensor.clone() for name, tensor in self.tensors().items()}
        try:
            for sequences, length in self.recipe.shapes(self.config.max_position_embeddings):
                self.forward_backward(0, sequences, length)
                self.optimizer.step(1, 0.0, (0.0, 0.0))
        finally:
            for name, tensor in self.tensors().items():
                tensor.data.copy_(before[name])
            self.clear_gradients()

    def clear_gradients(self):
        for parameter in self.model.parameters():
            parameter.grad = None

    def forward_backward(self, first_sequence, sequences, length):
        """Mean loss, on the device; gradients are those of all processes."""
        self.clear_gradients()
        first, last = self.ranks.share(sequences)
        most = max(1, self.arguments.micro_tokens // length)
        total = torch.zeros((), device=self.device)
        scale = 1 / (sequences * length)
        for begin in range(first, last, most):
            count = min(most, last - begin)
            starts = data.sequence_starts(
                self.stream.tokens, self.arguments.seed, first_sequence + begin, count, length
            )
            ids, targets = self.reader.read(starts, length)
            loss = self.loss(ids, targets, self.dtype) * scale
            loss.backward()
            total += loss.detach()
        if first == last:
            for parameter in self.model.parameters():
                parameter.grad = torch.zeros_like(parameter)
        self.ranks.add_up([parameter.grad for parameter in self.model.parameters()])
        self.ranks.add_up([total])
        return total

    def step(self, progress):
        state, recipe = self.state, self.recipe
        sequences, length = recipe.shape(progress, self.config.max_position_embeddings)
        loss = self.forward_backward(state["sequences"], sequences, length)
        rate = recipe.learning_rate(state["step"], progress)
        decays = recipe.decays(sequences * length, self.stream.tokens)
        norm = self.optimizer.step(state["step"] + 1, rate, decays)
        state["step"] += 1
        state["tokens"] += sequences * length
        state["sequences"] += sequences
        self.recent.append((loss, norm, rate))
        self.hold_back()

    def hold_back(self):
        """The host never runs far ahead of the device."""
        if self.device.type != "cuda":
            return
        event = torch.cuda.Event()
        event.record()
        self.queued.append(event)
        if len(self.queued) > MOST_QUEUED:
            self.queued.popleft().synchronize()

    def evaluate(self, most_tokens):
        """Held-out loss on windows of the model's context: nats per token, and bits per byte by the text's bytes per token."""
        length = self.config.max_position_embeddings
        starts = data.held_out_starts(self.held_out.tokens, length, max(1, most_tokens // length))
        first, last = self.ranks.share(len(starts))
        per_run = max(1, min(self.arguments.micro_tokens, 32768) // length)
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        with torch.no_grad():
            for begin in range(first, last, per_run):
                ids, targets = self.held_out_reader.read(starts[begin : min(last, begin + per_run)], length)
                total += self.model.loss(ids, targets, self.dtype)
        self.ranks.add_up([total])
        loss = total.item() / (len(starts) * length)
        bits_per_byte = loss / math.log(2) / self.held_out.bytes_per_token
        return {"loss": loss, "bits_per_byte": bits_per_byte, "tokens": len(starts) * length}

    def run(self):
        arguments, state = self.arguments, self.state
        begun = last_saved = time.perf_counter()
        before = state["seconds"]
        self.reported = (begun, state["tokens"])
        while True:
            now = time.perf_counter()
            state["seconds"] = before + now - begun
            progress = self.progress()
            ended = progress >= 1
            moved = len(self.recent) > 0
            if moved and (ended or state["step"] % arguments.log_every == 0):
                self.report()
            if ended:
                return
            if moved and state["step"] % arguments.evaluate_every == 0:
                state["held_out"] = self.evaluate(arguments.held_out_tokens)
                self.log.write(event="held-out", step=state["step"], **state["held_out"])
                self.reported = (self.reported[0] + time.perf_counter() - now, self.reported[1])
            if self.ranks.rank == 0 and now - last_saved >= arguments.checkpoint_seconds:
                # Weights that have diverged are not worth keeping.
                if self.recent:
                    self.report()
                self.save()
                last_saved = time.perf_counter()
            self.step(progress)

    def progress(self):
        if self.arguments.steps is not None:
            return self.state["step"] / self.arguments.steps
        # Clocks differ.
        return self.ranks.told_by_first(self.state["seconds"] / self.arguments.seconds)

    def report(self):
        """Fetches the losses since the last report, and waits for them."""
        losses = torch.stack([loss for loss, _, _ in self.recent]).tolist()
        _, norm, rate = self.recent[-1]
        self.recent = []
        loss = sum(losses) / len(losses)
        if not math.isfinite(loss):
            raise SystemExit(f"The loss should be a finite number and is {loss} by step {self.state['step']}.")
        now, tokens = time.perf_counter(), self.state["tokens"]
        since, tokens_then = self.reported
        self.reported = (now, tokens)
        self.log.write(
            step=self.state["step"],
            tokens=tokens,
            seconds=round(self.state["seconds"], 3),
            loss=loss,
            lr=rate,
            gradient_norm=norm.item(),
            tokens_per_second=round((tokens - tokens_then) / (now - since)),
        )

    def save(self):
        checkpoint.save(self.checkpoint_file, self.tensors(), self.state)

    def finish(self):
        """All held-out text, the last checkpoint, and the model folder."""
        state = self.state
        state["held_out"] = self.evaluate(self.held_out.tokens)
        self.log.write(event="held-out, all", step=state["step"], **state["held_out"])
        if self.ranks.rank != 0:
            return
        self.save()
        tokenizer = os.path.join(self.arguments.train, "tokenizer.json")
        export.write_model(os.path.join(self.arguments.out, "model"), self.model, tokenizer, state)
        self.log.write(event="done", step=state["step"], tokens=state["tokens"], seconds=state["seconds"])


def main():
    training = Training(parse())
    with contextlib.closing(training.ranks):
        training.begin()
        training.compile()
        training.run()
        training.finish()


if __name__ == "__main__":
    main()
