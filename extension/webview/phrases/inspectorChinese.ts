import { chinese } from './chinese.ts';

// The page's own script reads them: only who needs another language loads one.
globalThis.inspectorPhrases = chinese;
