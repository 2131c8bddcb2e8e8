import type { CallScores } from '../../extension/evaluation/calls.ts';
import type { CallResults, CallTrial } from './results.ts';
import { table } from './table.ts';

/** What function calling is worth, and what it costs. */
export function callsSection({ preset, steps, trials }: CallResults): string[] {
  const withCalls = trials.filter(({ calls }) => calls);
  return [
    '## Does it pay to ask a language server?',
    '',
    'Hardly, so it is off unless it is switched on (`nihilo.functionCalling`). A model that was trained with messages asks where names from',
    'elsewhere come, but what it then chooses is right little more often than what it would have written, because the counts know the names of',
    'the workspace anyway; and it reads the answer no better than it would choose among what is allowed without reading. In zod, whose',
    'translations were held out, an answer everywhere would have been worth more, but the model did not ask. The messages cost the text that',
    'they stand in.',
    '',
    `Whole folders were held out, \`${preset}\` was trained on the rest for ${steps.toLocaleString('en-US')} steps, and TypeScript's own language service answered, which is`,
    'who answers in VS Code. Of the first uses of names in the held-out files, at most 600 spread evenly, in code; shares of 1.',
    '',
    ...table(
      [
        'corpus',
        'first uses',
        'right without',
        'with calls',
        'asked',
        'told',
        'if limited',
        'if read',
        'needless',
      ],
      withCalls.flatMap(({ corpus, report }) => [
        row(corpus, report!.all, share(report!.needless)),
        row(`${corpus}, told`, report!.elsewhere, ''),
        row(`${corpus}, told and in no training text`, report!.unseen, ''),
      ]),
    ),
    '',
    '_Told_: places where the answer has the name. _Limited_, _read_: if it asked everywhere, and chose among what is told without reading',
    'the message, or with it. _Needless_: asked for a name that the text has already.',
    '',
    ...table(
      ['bits per byte of the held-out text', 'mixture', 'with messages', 'transformer', 'with messages'],
      withCalls.map(({ corpus }) => costs(corpus, trials)),
    ),
    '',
  ];
}

function row(what: string, scores: CallScores, needless: string): string[] {
  const { places, without, withCalls, asked, told, limited, read } = scores;
  return [what, `${places}`, ...[without, withCalls, asked, told, limited, read].map(share), needless];
}

function costs(corpus: string, trials: readonly CallTrial[]): string[] {
  const of = (calls: boolean): CallTrial =>
    trials.find((trial) => trial.corpus === corpus && trial.calls === calls)!;
  const [plain, messages] = [of(false), of(true)];
  return [
    corpus,
    share(plain.bitsPerByte),
    share(messages.bitsPerByte),
    share(plain.transformerBitsPerByte),
    share(messages.transformerBitsPerByte),
  ];
}

function share(value: number): string {
  return value.toFixed(3);
}
