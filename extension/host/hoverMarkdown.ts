/** Any one line of text as code in Markdown: nothing in it is markup, because no run of backticks in it is as long as the fence. */
export function codeSpan(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length), 0) + 1);
  // A space on each side belongs to the fence.
  return `${fence} ${text} ${fence}`;
}

/** A link that runs a command. @param label without Markdown of its own @param argument what the command is given, as JSON */
export function commandLink(label: string, command: string, argument: unknown): string {
  // Parentheses would end the link, and are all that this leaves of Markdown.
  const given = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `[${label}](command:${command}?${given})`;
}
