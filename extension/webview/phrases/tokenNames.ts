/** What a token's text is called where it has no letters: heard, and read in sentences and lists. */
export const englishTokenNames = {
  characters: {
    space: 'space',
    tab: 'tab',
    lineBreak: 'line break',
    carriageReturn: 'carriage return',
    delete: 'delete',
    noBreakSpace: 'no-break space',
  },
  combining: (code: string) => `combining ${code}`,
  looseByte: (hexadecimal: string) => `byte ${hexadecimal}`,
  looseBytes: (hexadecimal: string) => `bytes ${hexadecimal}`,
  repeated: (times: number, name: string) => `${times} ${name}s`,
};

export const chineseTokenNames = {
  characters: {
    space: '空格',
    tab: '制表符',
    lineBreak: '换行',
    carriageReturn: '回车',
    delete: '删除符',
    noBreakSpace: '不间断空格',
  },
  combining: (code: string) => `组合字符 ${code}`,
  looseByte: (hexadecimal: string) => `字节 ${hexadecimal}`,
  looseBytes: (hexadecimal: string) => `字节 ${hexadecimal}`,
  repeated: (times: number, name: string) => `${times} 个${name}`,
};
