"""How a training learns: the schedules of extension/training/recipe.ts, whose preset `large` is the default here."""

from dataclasses import asdict, dataclass

MOST_TAKEN = 0.03


@dataclass(frozen=True)
class Recipe:
    """Everything about learning that is not the model's shape. A schedule is ((from this share of the training on, size), …)."""

    tokens_per_step: tuple = ((0, 2048),)
    lengths: tuple = ((0, 64), (0.4, 128), (0.7, 256))
    peak_learning_rate: float = 0.005
    embedding_rate: float = 0.02
    warm_up_steps: int = 50
    decay_from: float = 0.5
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    momentum: float = 0.95
    weight_decay: float = 0.1
    embedding_decay: float = 0.05
    readings_kept: float = 1.0
    clip: float = 1.0

    def to_dict(self):
        return asdict(self)

    def learning_rate(self, step, progress):
        """Linear up, constant, linear down to nothing. Source: Hu et al. 2024 (MiniCPM), §4"""
        warm_up = min(1, (step + 1) / self.warm_up_steps)
        decay = min(1, (1 - progress) / (1 - self.decay_from))
        return self.peak_learning_rate * min(warm_up, decay)

    def decays(self, step_tokens, text_tokens):
        """(of the hidden matrices, of the embedding): what a weight was taught fades in as many readings whatever the text's size."""
        taken = min(MOST_TAKEN, step_tokens / (self.readings_kept * text_tokens))
        matrices = taken / self.peak_learning_rate
        embedding = taken / self.embedding_rate
        return max(self.weight_decay, matrices), max(self.embedding_decay, embedding)

    def shape(self, progress, context):
        """(sequences of a step, their length) at this point of the training"""
        length = min(context, at(self.lengths, progress))
        return max(1, at(self.tokens_per_step, progress) // length), length

    def shapes(self, context):
        """Every shape that a training will have."""
        changes = sorted({start for start, _ in self.lengths + self.tokens_per_step})
        return list(dict.fromkeys(self.shape(start, context) for start in changes))


def at(schedule, progress):
    return [size for start, size in schedule if progress >= start][-1]


def parse_schedule(text):
    """'512' or '0:64,0.4:128' -> ((share, size), …)"""
    parts = [part.split(":") if ":" in part else ["0", part] for part in text.split(",")]
    schedule = tuple((float(start), int(size)) for start, size in parts)
    if schedule[0][0] != 0:
        raise ValueError(f"a schedule begins at 0 and this one at {schedule[0][0]}: {text}")
    return schedule
