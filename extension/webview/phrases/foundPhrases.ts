import { count } from '../figures.ts';
import type { Phrases } from './phrases.ts';

/** What there is to see in each stage, with the numbers of the chosen token. */
export const englishFound = {
  found: {
    text: (bytes: number, tokens: number, each: string, longest: string) =>
      `Here ${count(bytes)} bytes are ${count(tokens)} tokens, ${each} bytes each. The longest is “${longest}”.`,
    tokens: (token: string, bytes: number, merges: number) =>
      `“${token}”: ${count(bytes)} bytes, joined ${count(merges)} times.`,
    vectors: (token: string, other: string, cosine: string) =>
      `“${token}” is most like “${other}”: cosine ${cosine}.`,
    attention: (token: string, other: string, share: string, first: string) =>
      `In this head “${token}” looks most at “${other}”: ${share}. The first token has ${first}.`,
    mix: (token: string, index: number, before: string, after: string) =>
      `What “${token}” takes over changes number ${count(index)} of its vector most: from ${before} to ${after}.`,
    neurons: (firing: number, neurons: number, neuron: number, says: string) =>
      `${count(firing)} of ${count(neurons)} neurons fire; neuron ${count(neuron)} says most: ${says}.`,
    scores: (best: string, probability: string, times: string, second: string, bits: string) =>
      `“${best}” has ${probability}, ${times} times as much as “${second}”. All in all ${bits} bits of entropy.`,
    choice: (seed: number, draw: string, drawn: string, from: string, to: string) =>
      `Seed ${String(seed)} gives ${draw}: between ${from} and ${to}, where “${drawn}” is.`,
    learning: (token: string, probability: string, loss: string, push: string) =>
      `“${token}” came, and had ${probability}: loss ${loss}. Its score is pushed up by ${push}.`,
    messages: (asked: number) => `Asked so far: ${count(asked)}.`,
    why: (lines: number, token: string, probability: string) =>
      `“${token}” has ${probability}. Lines before it that are tried without: ${count(lines)}.`,
    whyLine: (token: string, before: string, without: string) =>
      `“${token}” has ${before}; without the line that matters most ${without}.`,
  },
};

export const chineseFound: Pick<Phrases, keyof typeof englishFound> = {
  found: {
    text: (bytes, tokens, each, longest) =>
      `这里 ${count(bytes)} 字节是 ${count(tokens)} 个标记，每个 ${each} 字节。最长的是“${longest}”。`,
    tokens: (token, bytes, merges) => `“${token}”：${count(bytes)} 字节，合并了 ${count(merges)} 次。`,
    vectors: (token, other, cosine) => `与“${token}”最相似的是“${other}”：余弦 ${cosine}。`,
    attention: (token, other, share, first) =>
      `在这个头里，“${token}”看得最多的是“${other}”：${share}。第一个标记占 ${first}。`,
    mix: (token, index, before, after) =>
      `“${token}”取来的内容对它的向量改变最大的是第 ${count(index)} 个数：从 ${before} 到 ${after}。`,
    neurons: (firing, neurons, neuron, says) =>
      `${count(neurons)} 个神经元中有 ${count(firing)} 个激活；第 ${count(neuron)} 个说得最强：${says}。`,
    scores: (best, probability, times, second, bits) =>
      `“${best}”有 ${probability}，是“${second}”的 ${times} 倍。总的熵是 ${bits} 比特。`,
    choice: (seed, draw, drawn, from, to) =>
      `种子 ${String(seed)} 给出 ${draw}：在 ${from} 和 ${to} 之间，那里是“${drawn}”。`,
    learning: (token, probability, loss, push) =>
      `来的是“${token}”，它有 ${probability}：损失 ${loss}。它的得分被推高 ${push}。`,
    messages: (asked) => `到现在询问过的次数：${count(asked)}。`,
    why: (lines, token, probability) =>
      `“${token}”有 ${probability}。要逐一删去再问的前文行数：${count(lines)}。`,
    whyLine: (token, before, without) => `“${token}”有 ${before}；没有最重要的那一行时是 ${without}。`,
  },
};
