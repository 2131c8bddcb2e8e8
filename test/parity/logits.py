"""What PyTorch makes of a Hugging Face model folder: `logits.py ENGINE FOLDER IDS OUT`.

ENGINE is `transformers` (ArceeForCausalLM, as anybody loads it) or `distributed` (the network of distributed/model.py).
IDS is a JSON list of sequences; OUT becomes f32[tokens, vocabulary], one sequence behind the other.
"""

import json
import os
import sys

import torch


def transformers_logits(folder):
    from transformers import ArceeForCausalLM

    model = ArceeForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
    return lambda ids: model(input_ids=ids).logits


def distributed_logits(folder):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "distributed"))
    from export import load_weights, read_config
    from model import Arcee

    model = Arcee(read_config(folder))
    load_weights(model, folder)
    return lambda ids: model.logits(ids, torch.float32)


def main():
    engine, folder, ids_file, out = sys.argv[1:]
    logits = {"transformers": transformers_logits, "distributed": distributed_logits}[engine](folder)
    with open(ids_file) as file:
        sequences = json.load(file)
    torch.set_num_threads(1)
    with torch.no_grad(), open(out, "wb") as file:
        for ids in sequences:
            file.write(logits(torch.tensor([ids]))[0].float().contiguous().numpy().tobytes())


if __name__ == "__main__":
    main()
