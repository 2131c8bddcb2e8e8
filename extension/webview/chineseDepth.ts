import { count } from './figures.ts';
import type { Phrases } from './phrases.ts';

export const chineseDepth = {
  vocabularyHeading: (size) => `词汇表：${count(size)} 个标记，最常见的在前`,
  countedTokens: (total) => `在补全所知的全部文件中统计：共 ${count(total)} 个标记。`,
  notCounted: '还没有用这个模型的标记统计文件；顺序是 ID 的顺序，即在它的训练文本中的频率。',
  chosenToken: '找到所选标记',
  chosenRank: (rank) => `它排在第 ${count(rank)} 位。`,
  countColumn: '次数',
  shareColumn: '份额',
  runningColumn: '累计',
  shareSentence: (token) => `“${token}”占文本的多少，以及它和所有更常见的标记一共占多少。`,
  firingLinesHeading: (neuron) => `工作区中最能激活神经元 ${count(neuron)} 的行`,
  searchLines: '搜索工作区',
  stopSearching: '停止',
  noWorkspaceText: '没有可以搜索的文本：还没有用这个模型的标记统计文件。',
  readSoFar: (read, toRead, tokens) =>
    `已读 ${count(read)} / ${count(toRead)} 个标记，它们散布在工作区的 ${count(tokens)} 个标记中……`,
  readAll: (read, tokens) =>
    `${count(read)} 个标记中最强的；它们散布在工作区的 ${count(tokens)} 个标记中，每个都连同所在片段中它之前的内容一起读。`,
  neverFires: '它对其中任何一个都不激活。',
  lineColumn: '行',
  firedBy: '由谁激活',
} satisfies Partial<Phrases>;
