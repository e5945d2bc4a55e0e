import type { DestinationStream } from 'pino';

/** Turns lines of JSON into lines that a person in front of a terminal reads: time, level, sentence, fields. */
export function linesForPeople(out: { write(text: string): unknown }): DestinationStream {
  return { write: (line) => void out.write(lineForPeople(line)) };
}

export function lineForPeople(line: string): string {
  const { level, time, service, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const facts = Object.entries(fields)
    .filter(([name]) => name !== 'trace_id' && name !== 'span_id')
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = `${clock} ${String(level).padEnd(5)} ${String(service)}: ${String(msg)}${facts.join('')}\n`;
  return head + errorForPeople(error);
}

function errorForPeople(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { message, stack, code } = error as Record<string, unknown>;
  const text = typeof stack === 'string' ? stack : String(message);
  const known = typeof code === 'string' ? ` (${code})` : '';
  return `${text}${known}`.replace(/^/gm, '  ') + '\n';
}
