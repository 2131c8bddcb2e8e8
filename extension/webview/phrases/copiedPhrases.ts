/** What is copied as text and saved as a table. */
export const englishCopied = {
  sheetWords: {
    kinds: {
      term: 'term',
      subtotal: 'subtotal',
      total: 'total',
      given: 'given',
      step: 'step',
      result: 'result',
    },
    columns: { kind: 'kind', name: 'name', made: 'made of', value: 'value' },
    fromShown: 'from the numbers shown',
    inMachine: 'in the machine',
    bound: 'bound',
    resultLine: (shown: string, machine: string, difference: string, bound: string) =>
      `${shown} from the numbers shown, ${machine} in the machine, differs ${difference}, bound ${bound}`,
  },
  curveWords: {
    columns: {
      curve: 'curve',
      step: 'step',
      epoch: 'epoch',
      seconds: 'seconds',
      loss: 'bits per byte',
      tokens: 'tokens',
      rate: 'learning rate',
      norm: 'gradient norm',
    },
    train: 'train',
    heldOut: 'held-out',
    blind: 'blind',
    frequency: 'frequency',
  },
};

export const chineseCopied = {
  sheetWords: {
    kinds: { term: '项', subtotal: '小计', total: '总计', given: '给出', step: '步骤', result: '结果' },
    columns: { kind: '种类', name: '名称', made: '算式', value: '值' },
    fromShown: '由所示数字算出',
    inMachine: '机器中的值',
    bound: '至多相差',
    resultLine: (shown: string, machine: string, difference: string, bound: string) =>
      `由所示数字算出 ${shown}，机器中是 ${machine}，相差 ${difference}，至多 ${bound}`,
  },
  curveWords: {
    columns: {
      curve: '曲线',
      step: '步',
      epoch: '时代',
      seconds: '秒',
      loss: '每字节比特',
      tokens: '标记数',
      rate: '学习率',
      norm: '梯度范数',
    },
    train: '训练',
    heldOut: '留出文本',
    blind: '盲猜',
    frequency: '只看频率',
  },
};
