import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintSourceCode } from '@secretlint/types';
import { latin1 } from './content.ts';

/** What stands in a text where a secret stood. */
export const placeholder = '__redacted__';

/** Bytes of a text, from `start` to before `end`. */
export interface SecretPlace {
  readonly start: number;
  readonly end: number;
}

/** A text and how many secrets it is without. */
export interface Redacted {
  /** the same bytes when there is none */
  readonly bytes: Uint8Array;
  readonly secrets: number;
}

/** Rules that judge a file by its name or its type, and comments by which a text would have itself passed over. */
const unused = new Set(['gcp', 'filter-comments'].map((name) => `@secretlint/secretlint-rule-${name}`));

/** What the rules leave when they are sure that it is no whole token; here, too much is a smaller harm than too little. */
const looseForms: readonly RegExp[] = [
  // access key ids of AWS, lasting and temporary
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // GitHub
  /\bgh[pousr]_[A-Za-z0-9]{36,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{60,}/g,
  // Slack; of one that is an app's, the rules leave the last part, which is the secret
  /\bx(?:ox[abeoprs]|app)-[0-9A-Za-z-]{10,}/g,
  // Google
  /\bAIza[0-9A-Za-z_-]{35,}/g,
  /\bGOCSPX-[0-9A-Za-z_-]{20,}/g,
  /\bya29\.[0-9A-Za-z_-]{20,}/g,
  // npm
  /\bnpm_[A-Za-z0-9]{36,}/g,
  // Stripe
  /\b[sr]k_live_[0-9A-Za-z]{16,}/g,
  /\bwhsec_[0-9A-Za-z+/]{24,}={0,2}/g,
  // OpenAI, older than what the rules know
  /\bsk-[0-9A-Za-z]{40,}/g,
  // JSON Web Tokens; of a run of their signs only the beginning is looked at, for each look may go to its end
  /(?<=(?<![\w-])(?:[\w-]{0,63}-)?)eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}/g,
  // Azure
  /\b(?:AccountKey|SharedAccessKey)=[0-9A-Za-z+/]{40,}={0,2}/g,
  // Hugging Face, Replicate, PyPI, RubyGems, NuGet, DigitalOcean, Pulumi, PlanetScale, Supabase, Doppler, Heroku
  /\b(?:hf_[0-9A-Za-z]{34,}|r8_[0-9A-Za-z]{37,})/g,
  /\bpypi-AgE[0-9A-Za-z_-]{50,}/g,
  /\b(?:rubygems_[0-9a-f]{48}|oy2[0-9a-z]{43}|do[opr]_v1_[0-9a-f]{64}|pul-[0-9a-f]{40}|sbp_[0-9a-f]{40})\b/g,
  /\b(?:pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}|dp\.[a-z]{2,5}\.[\w.-]{40,}|HRKU-AA[\w-]{58})/g,
  // Atlassian, Sentry, New Relic, Notion, Square, Twilio, Mailgun
  /\b(?:ATATT3[\w=-]{50,}|sntry[su]_[\w=+/-]{40,}|NRAK-[0-9A-Z]{27}|ntn_[0-9A-Za-z]{40,}|sq0(?:csp|atp)-[\w-]{22,})/g,
  /\b(?:SK[0-9a-f]{32}|key-[0-9a-f]{32})\b/g,
  // bots of Telegram, webhooks of Discord
  /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g,
  /\bhttps:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{30,}/g,
  // age
  /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/g,
  // a password in an address, of whatever scheme; those of examples (user:password@host) have no digit
  /(?<=\w:\/\/)[^\s:/?#@"'`<>{}$]{0,64}:(?=[^\s/?#@"'`<>{}$]{0,127}(?<!%)\d)[^\s/?#@"'`<>{}$]{6,128}@[\w.-]+/g,
];

/** Begins and ends of RFC 7468's and OpenPGP's armour. */
const armour = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** A key whose other end is not in the text: lines of Base64, in whatever quotes. */
const armouredBehind = /(?:(?:[\s"'+,;`]|\\[nr])*[A-Za-z0-9+/=]{16,})*/y;
/** No key is longer. */
const mostArmour = 20_000;

/** Where a text, a character a byte, holds what looks like a secret: in their order, none touching another. */
export function findSecrets(text: string): SecretPlace[] {
  const found = [...byRules(text), ...byLooseForms(text), ...keys(text)];
  const places: SecretPlace[] = [];
  for (const place of found.sort((a, b) => a.start - b.start)) {
    const last = places.at(-1);
    if (last === undefined || place.start > last.end) places.push(place);
    else if (place.end > last.end) places[places.length - 1] = { start: last.start, end: place.end };
  }
  return places;
}

/** The text with a placeholder for each secret; its lines stay where they are. */
export function redact(bytes: Uint8Array): Redacted {
  const places = findSecrets(latin1(bytes));
  if (places.length === 0) return { bytes, secrets: 0 };
  return { bytes: replaced(bytes, places), secrets: places.length };
}

/** The text on both sides of a cursor likewise, seen as one: a secret around the cursor is one in front of it. */
export function redactAround(prefix: string, suffix: string): { prefix: string; suffix: string } {
  const encoder = new TextEncoder();
  const before = encoder.encode(prefix);
  const all = new Uint8Array(before.length + 3 * suffix.length);
  all.set(before);
  const { written } = encoder.encodeInto(suffix, all.subarray(before.length));
  const bytes = all.subarray(0, before.length + written);
  const places = findSecrets(latin1(bytes));
  if (places.length === 0) return { prefix, suffix };
  const cursor = before.length;
  const decoder = new TextDecoder();
  const around = places.find(({ start, end }) => start < cursor && end > cursor);
  const inFront = places.filter(({ start }) => start < cursor);
  const behind = places.filter(({ start }) => start >= cursor);
  const front = inFront.map(({ start, end }) => ({ start, end: Math.min(end, cursor) }));
  const rest = around === undefined ? cursor : around.end;
  return {
    prefix: decoder.decode(replaced(before, front)),
    suffix:
      lineFeedsIn(bytes.subarray(cursor, rest)) +
      decoder.decode(
        replaced(
          bytes.subarray(rest),
          behind.map(({ start, end }) => ({ start: start - rest, end: end - rest })),
        ),
      ),
  };
}

function replaced(bytes: Uint8Array, places: readonly SecretPlace[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of places) {
    parts.push(
      bytes.subarray(at, start),
      encoder.encode(placeholder + lineFeedsIn(bytes.subarray(start, end))),
    );
    at = end;
  }
  parts.push(bytes.subarray(at));
  const text = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of parts) {
    text.set(part, length);
    length += part.length;
  }
  return text;
}

function lineFeedsIn(bytes: Uint8Array): string {
  return latin1(bytes).replaceAll(/[^\r\n]/g, '');
}

/** What the rules report of the text that they are at. */
const reported: SecretPlace[] = [];
let content = '';

/** They answer at once, which is why they are asked without the program that they are made for. */
const ruleContext: SecretLintRuleContext = {
  sharedOptions: {},
  createTranslator: () => (messageId, props) => ({
    message: '',
    messageId: String(messageId),
    data: props,
  }),
  report: ({ message, range: [start, end] }) => reported.push(exactPlace(message.data, start, end)),
  ignore: () => {},
};

const handlers = rules.filter(({ meta }) => !unused.has(meta.id)).map((rule) => rule.create(ruleContext, {}));

/** Some rules report how long the secret is and where the name in front of it begins. */
function exactPlace(data: unknown, start: number, end: number): SecretPlace {
  for (const value of Object.values((data ?? {}) as Record<string, unknown>)) {
    if (typeof value !== 'string' || value.length !== end - start) continue;
    const exact = content.indexOf(value, start);
    if (exact >= 0) return withoutClosing({ start: exact, end: exact + value.length });
  }
  return withoutClosing({ start, end });
}

/** Some take what closes a literal for the end of an address. */
function withoutClosing({ start, end }: SecretPlace): SecretPlace {
  let last = end;
  while (last > start + 1 && /["'`;,)\]}>]/.test(content[last - 1]!)) last--;
  return { start, end: last };
}

function byRules(text: string): SecretPlace[] {
  reported.length = 0;
  content = text;
  const unknown = (): never => {
    throw new Error('A rule about secrets asks for more than the text.');
  };
  const source: SecretLintSourceCode = {
    hasBOM: false,
    content: text,
    // What is looked for in npm's settings is looked for everywhere.
    filePath: '.npmrc',
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: unknown,
    rangeToLocation: unknown,
    positionToIndex: unknown,
    indexToPosition: unknown,
  };
  for (const { file } of handlers) void file?.(source);
  content = '';
  return [...reported];
}

function byLooseForms(text: string): SecretPlace[] {
  return looseForms.flatMap((form) =>
    Array.from(text.matchAll(form), ({ 0: match, index }) => ({ start: index, end: index + match.length })),
  );
}

/** Private keys, wherever they are cut: a program that only names an armour goes with them, which costs it the name. */
function keys(text: string): SecretPlace[] {
  const places: SecretPlace[] = [];
  let begun: SecretPlace | null = null;
  let known = 0;
  const end = (place: SecretPlace): void => {
    armouredBehind.lastIndex = place.end;
    const length = armouredBehind.exec(text)?.[0].length ?? 0;
    places.push({ start: place.start, end: place.end + length });
  };
  for (const { 0: match, 1: kind, index } of text.matchAll(armour)) {
    const place = { start: index, end: index + match.length };
    if (kind === 'BEGIN') {
      if (begun !== null) end(begun);
      begun = place;
      known = place.end;
      continue;
    }
    if (begun !== null && place.end - begun.start <= mostArmour) {
      places.push({ start: begun.start, end: place.end });
    } else {
      if (begun !== null) end(begun);
      places.push({ start: known + startOfKey(text.slice(known, index)), end: place.end });
    }
    begun = null;
    known = place.end;
  }
  if (begun !== null) end(begun);
  return places;
}

/** Where the lines of Base64 begin that end a text. */
function startOfKey(text: string): number {
  let start = text.length;
  for (let end = text.length; text.length - end < mostArmour;) {
    const lineStart = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(lineStart, end);
    const lead = line.length - line.replace(separatorsBefore, '').length;
    const key = line.slice(lead).replace(separatorsBehind, '');
    if (!/^[A-Za-z0-9+/=]*$/.test(key)) return Math.min(start, lineStart + startOfRun(line));
    // A short word by itself may be one of a program.
    if (start < text.length && key.length < 16) return start;
    if (key !== '') start = lineStart + lead;
    if (lineStart === 0) return start;
    end = lineStart - 1;
  }
  return start;
}

const separatorsBefore = /^[\s"'+,;`]+/;
const separatorsBehind = /(?:[\s"'+,;`]|\\[nr])+$/;

/** Where the run of Base64 and escapes begins that ends a line. */
function startOfRun(line: string): number {
  let at = line.length;
  while (at > 0 && /[A-Za-z0-9+/=\\]/.test(line[at - 1]!)) at--;
  return at;
}
