export const REDACTED = '[redacted]';

/** Names of what is never logged, whatever it holds. */
const SECRET =
  /pass(word|phrase|wd)|secret|token|authori[sz]ation|cookie|credential|identity|signature|private|bearer|^auth$/i;
/** `key`, `writerKey`, `api_keys`: a secret if it is text; a number of keys is none. */
const KEY = /(^|[^a-z])keys?$|Keys?$/;
/** What only says where a secret is, or that there is one. */
const REFERENCE = /(File|Folder|Path|Env|Name|Id)$|_(file|folder|path|env|name|id)$/;

export function isSecretName(name: string, value: unknown): boolean {
  if (REFERENCE.test(name)) return false;
  if (SECRET.test(name)) return typeof value !== 'boolean';
  return KEY.test(name) && typeof value !== 'number' && typeof value !== 'boolean';
}

/** What a secret looks like wherever it stands; the first group, if any, stays. Each looks at a text once: texts may be long. */
const FORMATS: readonly RegExp[] = [
  // Identities of age, keys of writers and keepers, API keys.
  /AGE-SECRET-KEY-[A-Z0-9-]*/gi,
  /(ETCD-KLOSET-[A-Z]{1,20}-KEY-[0-9]{1,9}:)[A-Za-z0-9_-]+/g,
  /\bek_[A-Za-z0-9_-]{40,}/g,
  // What is written as a header, `name=value` or `name: value`.
  /((?:Bearer|Basic)\s{1,10})[A-Za-z0-9._~+/=-]{8,}/gi,
  /((?:pass(?:word|phrase|wd)|secret|token|api[-_]?key|access[-_]?key|signature|credential)["']?\s{0,10}[=:]\s{0,10}["']?)[^\s"',;&]+/gi,
  // The password in an address.
  /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@?#]{0,200}:)\S{1,500}(?=@)/gi,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
];

/** A text without what looks like a secret. */
export function withoutSecrets(text: string): string {
  return FORMATS.reduce(
    (clean, format) =>
      clean.replace(format, (_whole, kept: unknown) => (typeof kept === 'string' ? kept : '') + REDACTED),
    text,
  );
}
