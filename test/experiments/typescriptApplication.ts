import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Application } from '../../extension/evaluation/calls.ts';

/** What VS Code would be told at a place of a TypeScript or JavaScript workspace: the language service of TypeScript itself. */
export function typescriptApplication(
  folder: string,
  texts: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Application {
  const decoder = new TextDecoder();
  const files = new Map(
    texts
      .filter((text) => /\.[cm]?[jt]sx?$/.test(text.path))
      .map((text) => [path.join(folder, text.path), { text: decoder.decode(text.bytes), version: 0 }]),
  );
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowJs: true,
      noEmit: true,
    }),
    getScriptFileNames: () => [...files.keys()],
    getScriptVersion: (file) => String(files.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      const text = files.get(file)?.text ?? (ts.sys.fileExists(file) ? readFileSync(file, 'utf8') : null);
      return text === null ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (file) => files.has(file) || ts.sys.fileExists(file),
    readFile: (file) => files.get(file)?.text ?? ts.sys.readFile(file),
  });
  return {
    names: (relative, before) => {
      const file = path.join(folder, relative);
      const known = files.get(file);
      if (known === undefined) return [];
      const whole = known.text;
      // What is behind the cursor is what is to be predicted.
      [known.text, known.version] = [before, known.version + 1];
      try {
        const found = service.getCompletionsAtPosition(file, before.length, {
          includeCompletionsForModuleExports: true,
          includeCompletionsForImportStatements: true,
          includeCompletionsWithInsertText: true,
          allowIncompleteCompletions: true,
        });
        return (found?.entries ?? [])
          .filter(({ kind }) => kind !== ts.ScriptElementKind.keyword)
          .toSorted((a, b) => (a.sortText < b.sortText ? -1 : Number(a.sortText > b.sortText)))
          .map(({ name }) => name)
          .filter((name) => /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name))
          .slice(0, 1_024);
      } finally {
        [known.text, known.version] = [whole, known.version + 1];
      }
    },
  };
}
