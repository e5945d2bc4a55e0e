import { isKlosetError } from './kloset-error.ts';

/** The innermost cause's message is often the only one that names the system call: keep it, once. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && parts.length < 5;
    at = at instanceof Error ? at.cause : undefined
  ) {
    const text = plain(at instanceof Error ? at.message : JSON.stringify(at));
    dropCode(parts, text);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  const advice = isKlosetError(error) && error.advice !== undefined ? `\n${error.advice}` : '';
  // A message may be a sentence with its full stop: not in the middle of a line.
  const sentence = parts
    .map((part, at) => (at < parts.length - 1 ? part.replace(/\.$/, '') : part))
    .join(': ');
  return sentence + advice;
}

/** OpenSSL's `40FD…:error:0A000410:SSL routines:function:reason:file:line:more` says something in its reason only. */
function plain(message: string): string {
  return (
    message
      .replace(
        /(?:[0-9A-F]+:)?error:[0-9A-F]+:[^:\n]*:[^:\n]*:([^:\n]*)(?::[^:\n]*:\d+:[^\n)]*)?\n?/gi,
        (whole, reason: string) => (reason.trim() === '' ? whole : reason),
      )
      // Without empty lines; indentation stays, lists have it.
      .replace(/\s*\n(?:[ \t]*\n)*/g, '\n')
      .trim()
  );
}

/** `cannot be used (ENOENT)` before `ENOENT: no such file …` says it twice. */
function dropCode(parts: string[], next: string): void {
  const last = parts.at(-1);
  const code = /^([A-Z][A-Z0-9]+): /.exec(next)?.[1];
  if (last === undefined || code === undefined) return;
  parts[parts.length - 1] = last.replace(new RegExp(` \\(${code}\\)(?=\\.?$)`), '');
}
