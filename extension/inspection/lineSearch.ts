import type { RunQuestion, StageAnswer } from '../protocol/stages.ts';

/**
 * Where a neuron fires most, again and again, each time of more text. Each part is a question of its own, so that whatever else is asked,
 * or that nobody waits any more, is heard between them.
 */
export async function* linesPartByPart(
  ask: (question: RunQuestion) => Promise<StageAnswer>,
  question: Extract<RunQuestion, { kind: 'firingLines' }>,
): AsyncGenerator<StageAnswer> {
  for (;;) {
    const answer = await ask(question);
    yield answer;
    if (answer.kind !== 'firingLines' || answer.answer === null) return;
    if (answer.answer.read === answer.answer.toRead) return;
  }
}
