import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type z } from 'zod';
import { ATTEMPT, BACKUP, EVENT_TYPES, REQUEST, SAMPLES } from '../spec-support/sample-events.ts';
import { MAX_EVENT_BYTES, parseEvent } from './cloud-event.ts';
import { EVENTS_KEPT } from './emit-event.ts';
import { eventIdOf } from './event-id.ts';
import { eventSchemas, type EventType } from './event-types.ts';

const root = path.join(import.meta.dirname, '../../../..');
const docs = readFileSync(path.join(root, 'docs/events.md'), 'utf8');
const readme = readFileSync(path.join(root, 'libs/jobs/README.md'), 'utf8');

/** The cells of the table of all events, by type. */
const rows = new Map(
  [...docs.matchAll(/^\| `([a-z]+\.[a-z]+)`\s*\|(.*)\|\s*$/gm)].map(([, type, rest]) => [
    type!,
    rest!.split('|').map((cell) => cell.trim()),
  ]),
);

describe('docs/events.md', () => {
  it('lists all events, and no others', () => {
    expect([...rows.keys()]).toEqual(EVENT_TYPES);
    for (const [what] of rows.values()) expect(what).not.toBe('');
  });

  it.each(EVENT_TYPES)('says of %s what it holds, and which id it has', (type) => {
    const [, data, id] = rows.get(type)!;
    expect(data!.replaceAll('`', '').split(', ')).toEqual(fieldsOf(type));
    expect(id).toBe(patternOf(type));
  });

  it('shows an envelope that is one', () => {
    const json = /```json\n([^]*?)```/.exec(docs)![1]!;
    expect(parseEvent(JSON.parse(json))).toEqual(JSON.parse(json));
  });

  it('has the limits that are in the code', () => {
    expect(docs).toContain(`at most ${MAX_EVENT_BYTES / 1024} KiB`);
    expect(docs).toContain(`last ${EVENTS_KEPT.toLocaleString('en-US')} events`);
  });

  it('has the examples as they are, none longer than twenty lines of code', () => {
    const folder = path.join(root, 'libs/jobs/examples');
    const files = readdirSync(folder).filter((file) => !file.endsWith('-spec.ts'));
    expect(files).toHaveLength(3);
    for (const file of files) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      expect(docs).toContain(`\`\`\`ts\n${text}\`\`\``);
      const code = text.split('\n').filter((line) => !/^\s*(\/\/|$)/.test(line));
      expect(code.length).toBeLessThanOrEqual(20);
    }
  });
});

describe('the README of jobs', () => {
  it('names functions and folders that are there', async () => {
    const there = (await import('../index.ts')) as Record<string, unknown>;
    const [functions, folders] = [...readme.matchAll(/^\| -+ \| -+ \|\n((?:\|.*\n)+)/gm)].map(([, table]) =>
      table!
        .split('\n')
        .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!)),
    );
    expect(functions!.length).toBeGreaterThan(5);
    for (const name of functions!) expect(typeof there[name]).toBe('function');
    const source = readdirSync(path.join(root, 'libs/jobs/src'), { withFileTypes: true });
    const actual = source.filter((entry) => entry.isDirectory() && entry.name !== 'spec-support');
    expect([...folders!].sort()).toEqual(actual.map(({ name }) => `${name}/`).sort());
  });
});

function fieldsOf(type: EventType): string[] {
  const shape: Record<string, z.ZodType> = eventSchemas[type].shape;
  return Object.entries(shape).map(([name, schema]) =>
    schema.safeParse(undefined).success ? `${name}?` : name,
  );
}

/** The id of a sample with its parts taken for their names. */
function patternOf(type: EventType): string {
  const id = eventIdOf(type, SAMPLES[type]);
  if (id === undefined) return 'its own';
  const parts: [string | RegExp, string][] = [
    [/^pager\/dead\/.*$/, '<webhook>/dead/<event>'],
    [BACKUP, '<backup>'],
    [REQUEST, '<request>'],
    [ATTEMPT, '<attempt>'],
    [/progress\/[0-9a-f]+/, 'progress/<digest>'],
    [/^main\/prod\//, '<store>/<cluster>/'],
    [/missed\/.*/, 'missed/<due>'],
    [/found\/.*/, 'found/<snapshot>'],
  ];
  return `\`${parts.reduce((text, [value, name]) => text.replace(value, name), id)}\``;
}
