"""The command line of train.py."""

import argparse

import export
from model import Config
from recipe import Recipe, parse_schedule


def recipe_of(arguments):
    chosen = {name: getattr(arguments, name) for name in Recipe.__dataclass_fields__ if hasattr(arguments, name)}
    return Recipe(**{name: value for name, value in chosen.items() if value is not None})


def config_of(arguments, vocab_size):
    if arguments.init is not None:
        config = export.read_config(arguments.init)
        if config.vocab_size != vocab_size:
            raise SystemExit(f"{arguments.init} should have {vocab_size} tokens as the shards and has {config.vocab_size}.")
        return config
    return Config(
        vocab_size=vocab_size,
        hidden_size=arguments.hidden,
        num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.heads,
        max_position_embeddings=arguments.context,
    )


def parse(argv=None):
    parser = argparse.ArgumentParser(description="Pre-trains an Arcee model on shards of tokens.")
    parser.add_argument("--train", required=True, help="folder of shards to learn from")
    parser.add_argument("--held-out", required=True, help="folder of shards to judge by, with the same tokenizer")
    parser.add_argument("--out", required=True, help="folder of checkpoint.pt, log.jsonl and model/; gone on from when it is there")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--steps", type=int)
    end.add_argument("--seconds", type=float, help="wall-clock, from after the compilation on")
    parser.add_argument("--init", help="model folder whose weights and shape to start from (random numbers when left out)")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in (("hidden", 256), ("layers", 4), ("heads", 4), ("context", 512)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--tokens-per-step", type=parse_schedule, help="N, or SHARE:N,… of the training")
    parser.add_argument("--lengths", type=parse_schedule, help="positions of a sequence, likewise")
    for name, field in Recipe.__dataclass_fields__.items():
        if name not in ("tokens_per_step", "lengths"):
            parser.add_argument("--" + name.replace("_", "-"), type=type(field.default), dest=name)
    parser.add_argument("--micro-tokens", type=int, default=131072, help="most tokens of one process at a time; more add up")
    parser.add_argument("--device", choices=["cpu", "cuda"])
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], help="of the products (bfloat16 on a GPU)")
    parser.add_argument("--compile", default="default", help="off, default, or another mode of torch.compile")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=500)
    parser.add_argument("--held-out-tokens", type=int, default=1_000_000, help="scored while training; all are in the end")
    parser.add_argument("--checkpoint-seconds", type=float, default=60)
    return parser.parse_args(argv)
