"""Muon for the hidden matrices and AdamW for the rest, as assembly/{muon,newtonSchulz,adamw}.ts have them."""

import math

import torch

# Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"
LINEAR, CUBIC, QUINTIC = 3.4445, -4.775, 2.0315
ITERATIONS = 5


def newton_schulz(x, dtype):
    """f32[N, short, long] -> the nearest orthogonal matrices, nearly, f32; `dtype` of the products"""
    norms = x.square().sum((-2, -1), keepdim=True).sqrt()
    x = (x / (norms + 1e-7)).to(dtype)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = LINEAR * x + (CUBIC * gram + QUINTIC * (gram @ gram)) @ x
    return x.float()


class Optimizer:
    """Moments of a model's weights, and the step that changes both."""

    def __init__(self, model, recipe, dtype):
        self.model, self.recipe, self.dtype = model, recipe, dtype
        self.hidden = (model.square, model.up, model.down)
        self.outer = (model.embedding, model.norms)
        self.momentum = [torch.zeros_like(weight.data) for weight in self.hidden]
        self.mean = [torch.zeros_like(weight.data) for weight in self.outer]
        self.mean_square = [torch.zeros_like(weight.data) for weight in self.outer]
        # Replaced by a compiled one where that is possible.
        self.apply = self.apply_step

    def tensors(self):
        """name -> tensor of everything that the next step depends on"""
        named = {}
        for kind, tensors in (
            ("momentum", self.momentum),
            ("mean", self.mean),
            ("mean_square", self.mean_square),
        ):
            named.update({f"{kind}.{i}": tensor for i, tensor in enumerate(tensors)})
        return named

    def step(self, number, rate, decays):
        """
        Step `number`, from 1. `rate` of the hidden matrices; (decay of those, of the embedding).
        Returns the norm of the gradient before clipping, on the device.
        """
        recipe = self.recipe
        outer_rate = rate * recipe.embedding_rate / recipe.peak_learning_rate
        # Combined in float64 here, so that small differences from 1 keep their digits; a tensor, so that nothing is compiled again.
        numbers = torch.tensor(
            [
                rate,
                1 - rate * decays[0],
                outer_rate / (1 - recipe.beta1**number),
                1 - outer_rate * decays[1],
                1 / (1 - recipe.beta2**number),
            ],
            dtype=torch.float64,
        ).float()
        device = self.model.embedding.device
        if device.type == "cuda":
            numbers = numbers.pin_memory().to(device, non_blocking=True)
        gradients = [weight.grad for weight in self.hidden + self.outer]
        return self.apply(gradients, numbers)

    @torch.no_grad()
    def apply_step(self, gradients, numbers):
        """numbers f32[5]: rate, share kept by decay, outer rate ÷ correction, share kept of the embedding, 1 ÷ correction of squares"""
        recipe = self.recipe
        rate, kept, outer_rate, outer_kept, unbias = numbers.unbind(0)
        norm = torch.stack([gradient.square().sum() for gradient in gradients]).sum().sqrt()
        scale = (recipe.clip / norm).clamp(max=1)
        directions = []
        for momentum, gradient in zip(self.momentum, gradients[:3]):
            share = gradient * (scale * (1 - recipe.momentum))
            momentum.mul_(recipe.momentum).add_(share)
            directions.append(momentum * recipe.momentum + share)
        square, up, down = directions
        square = newton_schulz(square.flatten(0, 1), self.dtype).view_as(square)
        up, down = newton_schulz(torch.cat([up.mT, down]), self.dtype).chunk(2)
        for weight, update in zip(self.hidden, (square, up.mT, down)):
            # As large as AdamW's usually are. Source: Liu et al. 2025, "Muon is Scalable for LLM Training", §2.2
            size = 0.2 * math.sqrt(max(weight.shape[-2:]))
            weight.mul_(kept).sub_(update * (rate * size))
        for i, (weight, gradient) in enumerate(zip(self.outer, gradients[3:])):
            scaled = gradient * scale
            self.mean[i].mul_(recipe.beta1).add_(scaled * (1 - recipe.beta1))
            self.mean_square[i].mul_(recipe.beta2).add_(scaled.square() * (1 - recipe.beta2))
            change = self.mean[i] * outer_rate / ((self.mean_square[i] * unbias).sqrt() + recipe.eps)
            # Norms do not decay.
            weight.mul_(outer_kept if i == 0 else 1).sub_(change)
        return norm
