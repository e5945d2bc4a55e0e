/**
 * Reads apt's own description of where packages come from: the one-line format and the deb822 format
 * of sources.list(5). Both become stanzas, whose fields are kept as they were written, so that keys,
 * architectures and trust settings travel along when only the suite is replaced.
 */

/** Field names in lower case; values as written, continuation lines included. */
export type AptStanza = ReadonlyMap<string, string>;

/** The names that a Debian suite can have in a sources list; other distributions use other names. */
const DEBIAN_SUITES = new Set([
  ...['bullseye', 'bookworm', 'trixie', 'forky', 'duke', 'sid'],
  ...['oldoldstable', 'oldstable', 'stable', 'testing', 'unstable'],
]);

/** In the one-line format some options have shorter names than the fields they stand for. */
const OPTION_FIELDS: Readonly<Record<string, string>> = {
  arch: 'architectures',
  lang: 'languages',
  target: 'targets',
};

/** Reads a `*.sources` file. */
export function parseDeb822(text: string): AptStanza[] {
  return text
    .split(/\n[ \t]*\n/)
    .map(parseStanza)
    .filter((stanza) => stanza.size > 0);
}

function parseStanza(text: string): AptStanza {
  const stanza = new Map<string, string>();
  let field: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    if (/^[ \t]/.test(line)) {
      if (field !== undefined) stanza.set(field, `${stanza.get(field) ?? ''}\n${line.trimEnd()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    field = line.slice(0, colon).trim().toLowerCase();
    stanza.set(field, line.slice(colon + 1).trim());
  }
  return stanza;
}

/** Reads a `sources.list` or `*.list` file. */
export function parseOneLineList(text: string): AptStanza[] {
  const stanzas: AptStanza[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) continue;
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match;
    const stanza = new Map([
      ['types', type],
      ['uris', uri],
      ['suites', suite],
      ['components', components.trim()],
    ]);
    for (const option of options.trim().split(/\s+/)) {
      const [name = '', value] = option.split('=', 2);
      if (value === undefined) continue;
      stanza.set(OPTION_FIELDS[name.toLowerCase()] ?? name.toLowerCase(), value.replaceAll(',', ' '));
    }
    stanzas.push(stanza);
  }
  return stanzas;
}

/** The stanza that gives Debian's own main archive (not security, updates or another distribution). */
export function debianArchive(stanzas: readonly AptStanza[]): AptStanza | undefined {
  return stanzas.find(
    (stanza) =>
      words(stanza, 'types').includes('deb') &&
      words(stanza, 'components').includes('main') &&
      words(stanza, 'suites').some((suite) => DEBIAN_SUITES.has(suite)) &&
      stanza.get('enabled')?.toLowerCase() !== 'no',
  );
}

/** The same archive, asked for the main component of another suite, as the text of a `*.sources` file. */
export function archiveOfSuite(archive: AptStanza, suite: string): string {
  const fields = new Map(archive).set('types', 'deb').set('suites', suite).set('components', 'main');
  return `${[...fields].map(([field, value]) => `${field}: ${value}`).join('\n')}\n`;
}

function words(stanza: AptStanza, field: string): string[] {
  return (stanza.get(field) ?? '').split(/\s+/).filter((word) => word !== '');
}
