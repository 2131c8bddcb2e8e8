"""The transformer of extension/engine in PyTorch: Arcee, a decoder with RMSNorm, RoPE, ReLU² and a tied embedding."""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Config:
    """The shape of a model; extension/engine/arceeConfig.ts says how config.json spells it."""

    vocab_size: int
    hidden_size: int = 256
    num_hidden_layers: int = 4
    num_attention_heads: int = 4
    max_position_embeddings: int = 256
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-5

    @property
    def intermediate_size(self):
        return 4 * self.hidden_size

    @property
    def head_dim(self):
        return self.hidden_size // self.num_attention_heads

    def to_dict(self):
        return asdict(self)


class Arcee(torch.nn.Module):
    """Weights of one shape lie in one tensor, so that the optimizer updates them by a handful of batched operations.

    embedding f32[V, H]; norms f32[2L + 1, H]: input and middle norm of each layer, then the final one;
    square f32[L, 4, H, H]: q, k, v and output; up f32[L, 4H, H]; down f32[L, H, 4H].
    """

    def __init__(self, config):
        super().__init__()
        self.config = config
        layers, hidden, wide = config.num_hidden_layers, config.hidden_size, config.intermediate_size

        def empty(*shape):
            return torch.nn.Parameter(torch.empty(shape))

        self.embedding = empty(config.vocab_size, hidden)
        self.norms = empty(2 * layers + 1, hidden)
        self.square = empty(layers, 4, hidden, hidden)
        self.up = empty(layers, wide, hidden)
        self.down = empty(layers, hidden, wide)
        cos, sin = rope_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def initialise(self, seed):
        """Random numbers as extension/engine/layout.ts has them: what writes to the residual stream starts at zero."""
        # Drawn on the CPU: the same on every device.
        generator = torch.Generator().manual_seed(seed)
        reads = 1 / math.sqrt(self.config.hidden_size)

        def draw(parameter, deviation):
            parameter.copy_(torch.empty(parameter.shape).normal_(0, deviation, generator=generator))

        with torch.no_grad():
            draw(self.embedding, 0.05)
            self.norms.fill_(1)
            draw(self.square, reads)
            self.square[:, 3] = 0
            draw(self.up, reads)
            self.down.fill_(0)

    def views(self):
        """Hugging Face's name of each tensor -> the place of its numbers."""
        named = {"model.embed_tokens.weight": self.embedding.data}
        for layer in range(self.config.num_hidden_layers):
            at = f"model.layers.{layer}."
            named[at + "input_layernorm.weight"] = self.norms.data[2 * layer]
            for part, name in enumerate(("q", "k", "v", "o")):
                named[f"{at}self_attn.{name}_proj.weight"] = self.square.data[layer, part]
            named[at + "post_attention_layernorm.weight"] = self.norms.data[2 * layer + 1]
            named[at + "mlp.up_proj.weight"] = self.up.data[layer]
            named[at + "mlp.down_proj.weight"] = self.down.data[layer]
        named["model.norm.weight"] = self.norms.data[-1]
        return named

    def loss(self, ids, targets, dtype):
        """Sum of the cross-entropies, nats. ids, targets i32[B, T]; `dtype` of the products, everything else is float32."""
        logits = self.logits(ids, dtype)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten().long(), reduction="sum")

    def logits(self, ids, dtype):
        """[B, T] -> [B, T, V]"""
        layers, hidden = self.config.num_hidden_layers, self.config.hidden_size
        norms = self.norms.unbind(0)
        square = self.square.to(dtype)
        qkv = square[:, :3].reshape(layers, 3 * hidden, hidden).unbind(0)
        output = square[:, 3].unbind(0)
        up = self.up.to(dtype).unbind(0)
        down = self.down.to(dtype).unbind(0)
        x = F.embedding(ids, self.embedding)
        for layer in range(layers):
            mixed = self.attend(F.linear(self.normalise(x, norms[2 * layer]).to(dtype), qkv[layer]))
            x = x + F.linear(mixed, output[layer])
            inner = F.linear(self.normalise(x, norms[2 * layer + 1]).to(dtype), up[layer])
            x = x + F.linear(F.relu(inner).square(), down[layer])
        return F.linear(self.normalise(x, norms[-1]).to(dtype), self.embedding.to(dtype))

    def normalise(self, x, weight):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config.rms_norm_eps) * weight

    def attend(self, qkv):
        """[B, T, 3H] -> [B, T, H]"""
        batch, length, _ = qkv.shape
        heads, head_dim = self.config.num_attention_heads, self.config.head_dim
        q, k, v = qkv.view(batch, length, 3, heads, head_dim).permute(2, 0, 3, 1, 4)
        q, k = self.rotate(q), self.rotate(k)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            future = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
            scores = (q @ k.transpose(-1, -2) * head_dim**-0.5).masked_fill(future, float("-inf"))
            mixed = scores.softmax(-1) @ v
        return mixed.transpose(1, 2).reshape(batch, length, heads * head_dim)

    def rotate(self, x):
        """[B, heads, T, D]; elements (i, i + D/2) are a pair."""
        length, half = x.shape[-2], x.shape[-1] // 2
        wide = x.float()
        turned = torch.cat([-wide[..., half:], wide[..., :half]], dim=-1)
        return (wide * self.cos[:length] + turned * self.sin[:length]).to(x.dtype)


def rope_tables(config):
    """cos and sin of position / theta^(2i / D), f32[positions, D], both halves alike. Source: Su et al. 2021, eq. 15"""
    half = config.head_dim // 2
    frequencies = config.rope_theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(config.max_position_embeddings, dtype=torch.float64)[:, None] * frequencies
    angles = torch.cat([angles, angles], dim=1)
    return angles.cos().float(), angles.sin().float()
