import { count, decimal } from '../figures.ts';
import type { Phrases } from './phrases.ts';

/** What *Why?* says. */
export const englishWhy = {
  whyToken: 'Why',
  unsure: 'Unsure: a guess, and the workspace has nothing like it.',
  unsureProbability: (probability: string, limit: number) =>
    `Its probability is ${probability}, less than ${limit}.`,
  unsureEntropy: (bits: string, limit: number) =>
    `The model is unsure what follows here: ${bits} bits of entropy, more than ${limit}.`,
  unsureWord: (word: string) => `“${word}” stands nowhere else in the workspace.`,
  unsureText: (tokens: number, limit: number) =>
    tokens === 0
      ? `With what stands before it, it stands nowhere else (a match has at least ${count(limit)} tokens).`
      : `With what stands before it, no more than ${count(tokens)} tokens stand elsewhere (a match has at least ${count(limit)}).`,
  unsureRecord: (without: string, ofWithout: string, withOne: string, ofWith: string) =>
    `Of suggestions of which the workspace had nothing like it, ${without} % were accepted here (of ${ofWithout}); of all others ${withOne} % (of ${ofWith}).`,
  unsureNoRecord: (shown: string, needed: string) =>
    `How often such suggestions are accepted here is not known yet: ${shown} of ${needed} were shown.`,
  linesHeading: 'Lines that mattered',
  linesHint:
    'Each line is removed and the model asked again (removed; later positions shift). The number is ln p with the line − ln p without it; ≈ is what gradient × input makes of a line that has not been tried yet.',
  effectSentence: (whole: string, without: string) =>
    `ln p with the line (p = ${whole}) less ln p without it (p = ${without}).`,
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
  suggestedHeading: 'What was suggested, and which parts said so',
  suggestedProduct: 'product',
  suggestedHint:
    'Mixed is what completions computed as they suggested it; of a token that was typed in part, given that part. What each part says alone, and the decisions, are computed now: counts go on learning.',
  noPartsOfSuggested:
    'What each part says can’t be told: the counts of the workspace are not ready, are of other tokens, or this text holds a secret.',
  leaveBranch: 'Back to what it says itself',
  supposed: 'supposed',
  alternativesTo: (place: number) => `What might have come as token ${count(place)} instead of`,
  tokenRank: (rank: number, bits: number) => `rank ${count(rank)} · ${decimal(bits, 1)} bits`,
  whatIf: (token: string) => `What if ${token}?`,
  noLines: 'There is no line before this one.',
  withoutLine: (line: number | null, before: string, after: string) =>
    `Without ${line === null ? 'this line' : `line ${line}`} the probability goes from ${before} to ${after}:`,
  seenHeading: 'Seen before',
  neverSeen: 'The text up to here stands nowhere else in what was counted.',
  seenTokens: (tokens: number, times: number) =>
    `The last ${count(tokens)} tokens up to here stand elsewhere in the workspace, too, ${times === 1 ? 'once' : `${count(times)} times`} (the same text, not the cause):`,
  seenMore: (places: number) => `… and at ${count(places)} more places.`,
  partsOfScore: 'Which parts made its score',
  part: 'Part',
  ownVector: 'the token’s own vector',
  neuronsOf: (layer: number) => `neurons of layer ${layer}`,
  lookedHeading: 'Where it looked',
  lookedCaption: 'Where it looked. Not proof of why. Mean share over all heads.',
};

export const chineseWhy = {
  whyToken: '为什么是',
  unsure: '没有把握：这是猜测，工作区里也没有类似的内容。',
  unsureProbability: (probability, limit) => `它的概率是 ${probability}，小于 ${limit}。`,
  unsureEntropy: (bits, limit) => `模型不确定这里会出现什么：熵为 ${bits} 比特，大于 ${limit}。`,
  unsureWord: (word) => `“${word}”在工作区里别处没有出现。`,
  unsureText: (tokens, limit) =>
    tokens === 0
      ? `连同它前面的文本，它在别处没有出现（至少 ${count(limit)} 个标记相同才算）。`
      : `连同它前面的文本，别处最多只有 ${count(tokens)} 个标记相同（至少 ${count(limit)} 个才算）。`,
  unsureRecord: (without, ofWithout, withOne, ofWith) =>
    `工作区里没有类似内容的建议，在这里有 ${without}% 被接受（共 ${ofWithout} 条）；其他建议有 ${withOne}%（共 ${ofWith} 条）。`,
  unsureNoRecord: (shown, needed) =>
    `还不知道这样的建议在这里多常被接受：需要 ${needed} 条，目前显示过 ${shown} 条。`,
  linesHeading: '起作用的行',
  linesHint:
    '每次删去一行，再问一次模型（已删去；后面的位置随之移动）。数字是有这一行时的 ln p 减去没有时的 ln p；≈ 是尚未试过的行由梯度 × 输入估计的值。',
  effectSentence: (whole, without) =>
    `有这一行时的 ln p（p = ${whole}）减去没有它时的 ln p（p = ${without}）。`,
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
  suggestedHeading: '给出了什么建议，由哪些部分给出',
  suggestedProduct: '乘积',
  suggestedHint:
    '“混合”是给出建议时补全算出的概率；已输入一部分的标记，以那一部分为条件。各部分单独给出的概率和各次判断是现在计算的：计数一直在继续学习。',
  noPartsOfSuggested: '无法说出各部分的概率：工作区的计数还没有准备好，或属于别的标记，或这段文本含有机密。',
  leaveBranch: '回到它自己的选择',
  supposed: '假设的',
  alternativesTo: (place) => `第 ${count(place)} 个标记的位置上还可能出现什么，而不是`,
  tokenRank: (rank, bits) => `第 ${count(rank)} 名 · ${decimal(bits, 1)} 比特`,
  whatIf: (token) => `假如是${token}？`,
  noLines: '这一行之前没有别的行。',
  withoutLine: (line, before, after) =>
    `没有${line === null ? '这一行' : `第 ${line} 行`}，概率会从 ${before} 变为 ${after}：`,
  seenHeading: '以前见过',
  neverSeen: '到这里为止的文本在已计数的内容里别处没有出现。',
  seenTokens: (tokens, times) =>
    `到这里为止的最后 ${count(tokens)} 个标记在工作区别处也出现过，共 ${count(times)} 次（同样的文本，并非原因）：`,
  seenMore: (places) => `……还有 ${count(places)} 处。`,
  partsOfScore: '得分由哪些部分组成',
  part: '部分',
  ownVector: '标记自己的向量',
  neuronsOf: (layer) => `第 ${layer} 层的神经元`,
  lookedHeading: '它看向哪里',
  lookedCaption: '它看向哪里。这不能证明原因。所有头的平均份额。',
} satisfies Partial<Phrases>;
