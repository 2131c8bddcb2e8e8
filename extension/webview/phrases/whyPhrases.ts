import { count, decimal } from '../figures.ts';
import type { Phrases } from './phrases.ts';

/** What *Why?* says. */
export const englishWhy = {
  whyToken: 'Why',
  unsure: 'Unsure: a guess, and nothing like it stands in the workspace.',
  linesHeading: 'Lines that mattered',
  linesHint:
    'Each line is removed and the model asked again (removed; later positions shift). The number is ln p with the line − ln p without it; ≈ is what gradient × input makes of a line that has not been tried yet.',
  linesProgress: 'Lines tried without',
  linesTried: (tried: number, all: number) => `${count(tried)} of ${count(all)} lines tried without`,
  linesUntried: (lines: number) =>
    `${count(lines)} more lines are not tried: gradient × input says less of them.`,
  stopTrying: 'Stop',
  branchHeading: 'How it goes on from here',
  branchHint:
    'The likeliest token each time, to the end of the line. Choose a token to see what else might have come; choose one of those to see how it would go on then. It is the transformer alone; completions hear the counts, too.',
  branchGrows: (tokens: number) => `${count(tokens)} tokens so far …`,
  ownProduct: (tokens: number, probability: string) =>
    `${count(tokens)} tokens; the product of their probabilities is p = ${probability}.`,
  branchProduct: (tokens: number, probability: string) =>
    `What if: ${count(tokens)} tokens; the product of their probabilities is p = ${probability}.`,
  leaveBranch: 'Back to what it says itself',
  supposed: 'supposed',
  alternativesTo: (place: number) => `What might have come as token ${count(place)} instead of`,
  alternativesRank: (rank: number, bits: number) => `rank ${count(rank)}, ${decimal(bits, 2)} bits`,
  whatIf: (token: string) => `What if ${token}?`,
  noLines: 'There is no line before this one.',
  withoutLine: (before: string, after: string) =>
    `The probability is ${before}. It would be ${after} without the line`,
  seenHeading: 'Seen before',
  neverSeen: 'The text up to here stands nowhere else in what was counted.',
  seenTokens: (tokens: number) =>
    `The last ${count(tokens)} tokens up to here stand in the workspace, too (the same text, not the cause):`,
  partsOfScore: 'Which parts made its score',
  part: 'Part',
  ownVector: 'the token’s own vector',
  neuronsOf: (layer: number) => `neurons of layer ${layer}`,
  lookedHeading: 'Where it looked',
  lookedCaption: 'Where it looked. Not proof of why. Mean share over all heads.',
};

export const chineseWhy = {
  whyToken: '为什么是',
  unsure: '没有把握：这是猜测，工作区里也没有类似的文本。',
  linesHeading: '起作用的行',
  linesHint:
    '每次删去一行，再问一次模型（已删去；后面的位置随之移动）。数字是有这一行时的 ln p 减去没有时的 ln p；≈ 是尚未试过的行由梯度 × 输入估计的值。',
  linesProgress: '已试过的行',
  linesTried: (tried, all) => `共 ${count(all)} 行，已试过去掉其中 ${count(tried)} 行`,
  linesUntried: (lines) => `另有 ${count(lines)} 行没有试：梯度 × 输入给它们的值更小。`,
  stopTrying: '停止',
  branchHeading: '从这里会怎样继续',
  branchHint:
    '每次取最可能的标记，直到行尾。选一个标记，可以看到那里还可能出现什么；再选其中一个，可以看到那样会怎样继续。这里只有转换器的话；补全还会听取计数。',
  branchGrows: (tokens) => `目前 ${count(tokens)} 个标记……`,
  ownProduct: (tokens, probability) => `${count(tokens)} 个标记；它们的概率之积 p = ${probability}。`,
  branchProduct: (tokens, probability) =>
    `假如这样：${count(tokens)} 个标记；它们的概率之积 p = ${probability}。`,
  leaveBranch: '回到它自己的选择',
  supposed: '假设的',
  alternativesTo: (place) => `第 ${count(place)} 个标记的位置上还可能出现什么，而不是`,
  alternativesRank: (rank, bits) => `第 ${count(rank)} 名，${decimal(bits, 2)} 比特`,
  whatIf: (token) => `假如是${token}？`,
  noLines: '这一行之前没有别的行。',
  withoutLine: (before, after) => `概率是 ${before}；没有下面这一行，它会是 ${after}：`,
  seenHeading: '以前见过',
  neverSeen: '到这里为止的文本在已计数的内容里别处没有出现。',
  seenTokens: (tokens) =>
    `到这里为止的最后 ${count(tokens)} 个标记在工作区里也出现过（同样的文本，并非原因）：`,
  partsOfScore: '得分由哪些部分组成',
  part: '部分',
  ownVector: '标记自己的向量',
  neuronsOf: (layer) => `第 ${layer} 层的神经元`,
  lookedHeading: '它看向哪里',
  lookedCaption: '它看向哪里。这不能证明原因。所有头的平均份额。',
} satisfies Partial<Phrases>;
