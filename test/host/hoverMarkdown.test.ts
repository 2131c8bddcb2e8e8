import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeSpan, commandLink } from '../../extension/host/hoverMarkdown.ts';

/** Signs that mean something in Markdown, more often than others. */
const line = fc.string({ unit: fc.constantFrom(...'`[]()<>\\*_ax!&;:"\'$'), maxLength: 12 });

it('quotes any line as code that ends where the line does', () => {
  fc.assert(
    fc.property(line, (text) => {
      const span = codeSpan(text);
      const [fence] = /^`+/.exec(span)!;
      const inside = span.slice(fence.length, -fence.length);
      expect(span.endsWith(fence)).toBe(true);
      expect(inside).toBe(` ${text} `);
      // The first run of as many backticks as the fence has would end it.
      expect((inside.match(/`+/g) ?? []).map((run) => run.length)).not.toContain(fence.length);
    }),
  );
});

it('links to one command with what it is given, whatever that is, and nothing in it ends the link', () => {
  fc.assert(
    fc.property(fc.oneof(line, fc.string({ unit: 'binary-ascii' })), (uri) => {
      const link = commandLink('Why?', 'nihilo.why', { uri, line: 3 });
      const [, command, given] = /^\[Why\?\]\(command:([\w.]+)\?([^()<>[\]\s"]*)\)$/.exec(link)!;
      expect(command).toBe('nihilo.why');
      expect(JSON.parse(decodeURIComponent(given!))).toEqual([{ uri, line: 3 }]);
    }),
  );
});
