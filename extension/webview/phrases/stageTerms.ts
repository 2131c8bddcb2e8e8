/** What each stage shows, in plain words first and then by its name: the names of the chain of ideas, each once. */
export const englishTerms = {
  termsHeading: 'What it is called',
  stageTerms: {
    text: [
      'All text that is learnt from: the corpus.',
      'Cutting text into pieces: tokenization.',
      'The text written as the numbers of its pieces: the input sequence.',
    ],
    tokens: [
      'Two pieces that become one: a byte pair.',
      'All pieces that there are, in a fixed order: the vocabulary.',
      'The place of a piece in it: its token ID.',
    ],
    vectors: [
      'A list of numbers: a vector.',
      'The list that a token begins as: its embedding.',
      'How many numbers it has: the embedding dimension.',
      'What they were before anything was learnt: random values from a seed.',
      'How far two lists point the same way: their dot product.',
    ],
    attention: [
      'Numbers that are learnt: weights. Lists multiplied by tables of them: matrix multiplication.',
      'What a token asks, what it answers to and what it hands over: query, key and value (Q, K, V).',
      'How well a query fits a key: the attention score. All of them: the attention matrix.',
      'Scores turned into shares, by softmax: the normalised attention matrix.',
    ],
    mix: [
      'What was handed over, added up by shares: the weighted sum of values.',
      'One such row for each token: the context matrix.',
      'Nothing but multiplying and adding: a linear transformation.',
    ],
    neurons: [
      'A wide layer between two matrices: the feed-forward network.',
      'How wide it is: the hidden dimension = 4 × embedding dimension.',
      'Silent below 0: ReLU, which makes it a non-linear transformation.',
      'From wide back to narrow: the bottleneck.',
    ],
    scores: [
      'The last matrix, which scores every token: the final linear layer.',
      'Its scores: logits.',
      'Scores turned into shares of 1: a probability distribution.',
      'How unsure it is: entropy.',
    ],
    choice: [
      'Guessing what comes next: next-token prediction.',
      'Guess after guess while you type: autocomplete.',
      'What the draw follows from, so that it can be repeated: the seed for sampling.',
    ],
    messages: [
      'The text that the model is given: the prompt.',
      'What it says with a flag to the program around it: a message.',
      'That program, here the extension: the AI application.',
      'Which runs what it was asked for and hands the answer back: function calling.',
    ],
    why: ['A guess that sounds right and is not true: a hallucination. Every output is a guess.'],
    learning: [
      'How surprised it was by the true token: the cross-entropy loss.',
      'How the loss changes with a number: its gradient. Found from the end to the beginning: backpropagation.',
      'A little against it, for every number: gradient descent. How little: the learning rate.',
      'Once: a training step. Once through all text: an epoch.',
      'At first on much text: pre-training. Later on new text, at a lower learning rate: fine-tuning.',
    ],
  },
};

export const chineseTerms = {
  termsHeading: '这叫什么',
  stageTerms: {
    text: ['学习用的全部文本：语料库。', '把文本切成片段：标记化。', '用片段的编号写出的文本：输入序列。'],
    tokens: [
      '合为一个的两个片段：字节对。',
      '所有的片段，按固定的顺序排列：词汇表。',
      '片段在其中的位置：标记 ID。',
    ],
    vectors: [
      '一串数字：向量。',
      '一个标记最初的那串数字：嵌入。',
      '它有多少个数：嵌入维度。',
      '什么都没学之前的那些数：由种子得出的随机值。',
      '两串数字在多大程度上指向同一方向：点积。',
    ],
    attention: [
      '学到的数字：权重。一串数字乘以一张数字表：矩阵乘法。',
      '一个标记问什么、以什么回应、交出什么：查询、键和值（Q、K、V）。',
      '查询与键有多相合：注意分数。所有的分数：注意力矩阵。',
      '用 softmax 把分数变成份额：归一化的注意力矩阵。',
    ],
    mix: ['交出的内容按份额相加：值的加权和。', '每个标记一行：上下文矩阵。', '只有乘法和加法：线性变换。'],
    neurons: [
      '两个矩阵之间的宽层：前馈网络。',
      '它有多宽：隐藏维度 = 4 × 嵌入维度。',
      '小于 0 时沉默：ReLU，因此是非线性变换。',
      '从宽又回到窄：瓶颈。',
    ],
    scores: [
      '给每个标记打分的最后一个矩阵：最后的线性层。',
      '它给的分：对数几率。',
      '分数变成加起来等于 1 的份额：概率分布。',
      '有多不确定：熵。',
    ],
    choice: [
      '猜后面是什么：预测下一个标记。',
      '一边打字一边接连地猜：自动完成。',
      '抽取由它而来，因此可以重复：抽样的种子。',
    ],
    messages: [
      '交给模型的文本：提示。',
      '它带着标志对外面的程序说的话：消息。',
      '那个程序，在这里是扩展：AI 应用。',
      '它执行所要求的，并把结果交回：功能调用。',
    ],
    why: ['听起来对而并不真实的猜测：幻觉。每个输出都是猜测。'],
    learning: [
      '真实的标记有多出乎它的意料：交叉熵损失。',
      '一个数变化时损失怎样变化：梯度。从末尾往开头求得：反向传播。',
      '每个数都逆着它走一点：梯度下降。走多少：学习率。',
      '走一次：训练步。走遍全部文本一次：时代。',
      '先在大量文本上：预训练。后来以较低的学习率在新文本上：微调。',
    ],
  },
};
