// Another extension's ghost text, in files called race.*: the same rest of the line wherever a line is called for.
const { InlineCompletionItem, languages, Range } = require('vscode');

const line = 'const puffinBurrow = openTunnel(anotherCliff);';

exports.activate = ({ subscriptions }) => {
  const provider = {
    provideInlineCompletionItems: (document, position) => {
      const typed = document.lineAt(position).text.slice(0, position.character);
      if (typed === '' || !line.startsWith(typed)) return [];
      return [new InlineCompletionItem(line, new Range(position.with({ character: 0 }), position))];
    },
  };
  const files = { pattern: '**/race.*' };
  subscriptions.push(languages.registerInlineCompletionItemProvider(files, provider));
};
