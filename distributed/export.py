"""A checkpoint of train.py as a Hugging Face model folder, which our engine, transformers, vLLM and llama.cpp read."""

import argparse
import hashlib
import json
import os

import numpy as np
import torch

import checkpoint
from model import Arcee, Config

END_OF_TEXT = "<|endoftext|>"


def encode_safetensors(tensors):
    """name -> f32 array, in their order. Source: the format section of huggingface/safetensors' README"""
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [end, end + values.nbytes]}
        end += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(np.ascontiguousarray(values, dtype="<f4").tobytes() for values in tensors.values())
    return len(text).to_bytes(8, "little") + text + data


def read_safetensors(path):
    """name -> f32 tensor"""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], dtype="<f4").copy()
        tensors[name] = torch.from_numpy(values).reshape(entry["shape"])
    return tensors


def load_weights(model, folder):
    """Weights of a model folder, as our engine or `write_model` wrote it."""
    stored = read_safetensors(os.path.join(folder, "model.safetensors"))
    for name, place in model.views().items():
        place.copy_(stored[name].view_as(place))


def read_config(folder):
    with open(os.path.join(folder, "config.json")) as file:
        stored = json.load(file)
    return Config(**{name: stored[name] for name in Config.__dataclass_fields__})


def arcee_config(config, end_of_text):
    """As toArceeConfig in extension/engine/arceeConfig.ts."""
    return {
        "architectures": ["ArceeForCausalLM"],
        "model_type": "arcee",
        "hidden_act": "relu2",
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        **config.to_dict(),
        "intermediate_size": config.intermediate_size,
        "num_key_value_heads": config.num_attention_heads,
        "head_dim": config.head_dim,
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta},
        "attention_dropout": 0,
        "bos_token_id": end_of_text,
        "eos_token_id": end_of_text,
        "dtype": "float32",
        "torch_dtype": "float32",
    }


def write_model(folder, model, tokenizer_file, state):
    """`state` of train.py; `tokenizer_file` is the tokenizer.json beside the shards."""
    os.makedirs(folder, exist_ok=True)
    config = model.config
    with open(tokenizer_file, "rb") as file:
        tokenizer = file.read()
    files = {
        "config.json": encode_json(arcee_config(config, state["end_of_text"])),
        "tokenizer.json": tokenizer,
        "tokenizer_config.json": encode_json(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "bos_token": END_OF_TEXT,
                "eos_token": END_OF_TEXT,
                "model_max_length": config.max_position_embeddings,
                "clean_up_tokenization_spaces": False,
            }
        ),
        "model.safetensors": encode_safetensors(
            {name: values.detach().cpu().numpy() for name, values in model.views().items()}
        ),
    }
    files["trainer_state.json"] = encode_json(trainer_state(config, state, files))
    for name, content in files.items():
        checkpoint.write_atomically(os.path.join(folder, name), lambda file: file.write(content))


def trainer_state(config, state, files):
    """What our engine wants to know of a training (TrainerState in extension/engine/checkpoint.ts), with the digest of each file."""
    held_out = state["held_out"]
    if held_out is None:
        raise SystemExit("The training has not scored held-out text yet; export a later checkpoint.")
    best = {"step": state["step"], "loss": held_out["loss"], "bitsPerByte": held_out["bits_per_byte"]}
    return {
        "preset": preset_like(config),
        "vocabSize": config.vocab_size,
        "seed": state["seed"],
        "reproducible": False,
        "optimizer": "muon",
        # Those of the preset: a step of a GPU's takes a laptop a minute.
        "tokensPerStep": None,
        "step": state["step"],
        "tokens": state["tokens"],
        "sequences": state["sequences"],
        "seconds": state["seconds"],
        "best": best,
        "scheduledBest": None,
        "heldOutBitsPerByte": held_out["bits_per_byte"],
        "trainBitsPerByte": None,
        "provenance": None,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def preset_like(config):
    """The preset whose recipe our engine goes on with: by the width, as extension/engine/config.ts has them."""
    return next(name for name, width in (("large", 256), ("default", 128), ("small", 0)) if config.hidden_size >= width)


def encode_json(value):
    return (json.dumps(value, indent=2) + "\n").encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="checkpoint.pt of a training")
    parser.add_argument("folder", help="model folder to write")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json beside the shards")
    arguments = parser.parse_args()
    tensors, state = checkpoint.load(arguments.checkpoint)
    model = Arcee(Config(**state["config"]))
    model.load_state_dict({name[len("model.") :]: t for name, t in tensors.items() if name.startswith("model.")})
    write_model(arguments.folder, model, arguments.tokenizer, state)


if __name__ == "__main__":
    main()
