// The one direction of dependency (ARCHITECTURE.md). Type-only imports count: an `import type` is a dependency too.
const layers = {
  protocol: [],
  shaping: ['protocol'],
  platform: ['protocol'],
  tokenizer: ['protocol'],
  corpus: ['protocol', 'platform'],
  engine: ['protocol', 'platform', 'tokenizer'],
  counts: ['protocol', 'platform', 'tokenizer'],
  prediction: ['protocol', 'platform', 'tokenizer', 'engine', 'counts'],
  training: ['protocol', 'tokenizer', 'corpus', 'engine', 'counts', 'platform'],
  indexing: ['protocol', 'tokenizer', 'corpus', 'engine', 'counts', 'prediction', 'platform'],
  completion: ['protocol', 'shaping', 'tokenizer', 'corpus', 'engine', 'counts', 'prediction', 'platform'],
  interchange: ['protocol', 'tokenizer', 'engine', 'platform'],
  statistics: ['protocol'],
  evaluation: ['protocol', 'tokenizer', 'corpus', 'engine', 'counts', 'training', 'prediction', 'platform'],
  host: [
    'protocol',
    'tokenizer',
    'corpus',
    'engine',
    'counts',
    'training',
    'indexing',
    'completion',
    'shaping',
    'evaluation',
    'interchange',
    'statistics',
    'platform',
  ],
  cli: [
    'protocol',
    'tokenizer',
    'corpus',
    'engine',
    'counts',
    'training',
    'indexing',
    'completion',
    'evaluation',
    'interchange',
    'platform',
  ],
  threads: ['protocol', 'training', 'indexing', 'completion', 'evaluation', 'interchange', 'platform'],
  webview: ['protocol'],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `extension/${layer} may import only: ${[layer, ...allowed].join(', ')}`,
  from: { path: `^extension/${layer}/` },
  to: {
    path: '^(extension|assembly|distributed|test)/',
    pathNot: `^extension/(${[layer, ...allowed].join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'distributed-corpus',
      severity: 'error',
      comment:
        'distributed/corpus may import only: protocol, platform, corpus. No text of it comes into the extension.',
      from: { path: '^distributed/corpus/' },
      to: {
        path: '^(extension|assembly|distributed|test)/',
        pathNot: '^(distributed/corpus|extension/(protocol|platform|corpus))/',
      },
    },
    {
      name: 'only-host-imports-vscode',
      severity: 'error',
      from: { pathNot: '^(extension/host|test/e2e)/' },
      to: { path: '(^|/)vscode($|/)|@types/vscode', pathNot: '@vscode/' },
    },
    {
      name: 'protocol-imports-nothing',
      severity: 'error',
      from: { path: '^extension/protocol/' },
      to: { pathNot: '^extension/protocol/' },
    },
    {
      name: 'node-builtins-only-at-the-edge',
      severity: 'error',
      comment: 'Everything else must also run in a browser.',
      from: { path: '^extension/', pathNot: '^extension/(platform|cli)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'reference-is-independent',
      severity: 'error',
      comment: 'The oracle must not share a mistake with what it checks.',
      from: { path: '^test/reference/' },
      to: { path: '^(extension|assembly)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
