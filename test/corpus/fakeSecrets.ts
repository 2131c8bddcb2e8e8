/** Put together when they are asked for, so that no scanner takes a test for a leak. */

/** So many letters and digits in an order that no person writes and every test knows. */
export function letters(
  length: number,
  seed = 1,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return alphabet[(state >>> 8) % alphabet.length];
  }).join('');
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hex = '0123456789abcdef';

/** What they are → what stands before them, and they themselves. */
export const fakeSecrets: Readonly<Record<string, readonly [before: string, secret: string]>> = {
  'an access key id of AWS': ['', `AKIA${letters(16, 2, upper)}`],
  'a temporary one': ['', `ASIA${letters(16, 3, upper)}`],
  'a secret access key of AWS': ['AWS_SECRET_ACCESS_KEY=', letters(40, 4)],
  'a GitHub token': ['', `ghp_${letters(36, 5)}`],
  'a token of a GitHub app': ['', `ghs_${letters(36, 6)}`],
  'a fine-grained GitHub token': ['', `github_pat_${letters(82, 7)}`],
  'a GitLab token': ['', `glpat-${letters(20, 8)}`],
  'a Slack token': ['', `xoxb-${letters(12, 9, hex)}-${letters(24, 10)}`],
  'a Google key': ['', `AIza${letters(35, 11)}`],
  'an npm token': ['', `npm_${letters(36, 12)}`],
  'an npm token in settings': ['//registry.example.org/:_authToken=', letters(36, 13)],
  'a Stripe key': ['', `sk_live_${letters(24, 14)}`],
  'a SendGrid key': ['', `SG.${letters(22, 15)}.${letters(43, 16)}`],
  'an OpenAI key': ['', `sk-${letters(20, 17)}T3BlbkFJ${letters(20, 18)}`],
  'a token of a Slack app': [
    '',
    `xapp-1-A${letters(10, 26, upper)}-${letters(13, 27, '123456789')}-${letters(64, 28, hex)}`,
  ],
  'an older OpenAI key': ['', `sk-${letters(48, 29)}`],
  'a JSON Web Token': ['', `eyJ${letters(33, 30)}.eyJ${letters(60, 31)}.${letters(43, 32)}`],
  'a key of Azure storage': ['AccountName=a;', `AccountKey=${letters(86, 33)}==`],
  'a Hugging Face token': ['', `hf_${letters(34, 34)}`],
  'a PyPI token': ['', `pypi-AgEIcHlwaS5vcmc${letters(150, 35)}`],
  'a DigitalOcean token': ['', `dop_v1_${letters(64, 36, hex)}`],
  'a client secret of Google': ['', `GOCSPX-${letters(28, 37)}`],
  'an Atlassian token': ['', `ATATT3xFfGF0${letters(180, 38)}`],
  'a key of Twilio': ['', `SK${letters(32, 39, hex)}`],
  'a bot of Telegram': ['', `${letters(9, 40, '123456789')}:AA${letters(33, 41)}`],
  'a webhook of Discord': [
    '',
    `https://discord.com/api/webhooks/${letters(18, 42, '123456789')}/${letters(68, 43)}`,
  ],
  'a password of a cache': ['redis://', `:${letters(16, 44)}@cache.net`],
  'a password of a queue': ['amqps://', `${letters(8, 45)}:${letters(16, 46)}@queue.net`],
  'a key of a database': [
    '',
    `postgres://${letters(8, 19)}:${letters(16, 20)}@db.${letters(6, 21, hex)}.net/app`,
  ],
  'a name and password in a URL': ['', `https://${letters(8, 22)}:${letters(16, 23)}@host.net`],
};

/** Lines as of a key. */
export function base64Lines(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? `MII${letters(61, 24)}` : letters(64, 25 + i),
  ).join('\n');
}
