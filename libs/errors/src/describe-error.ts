import { isKlosetError } from './kloset-error.ts';

/** The innermost cause's message is often the only one that names the system call: keep it, once. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && parts.length < 5;
    at = at instanceof Error ? at.cause : undefined
  ) {
    const text = at instanceof Error ? at.message : JSON.stringify(at);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  const advice = isKlosetError(error) && error.advice !== undefined ? `\n${error.advice}` : '';
  // A message may be a sentence with its full stop: not in the middle of a line.
  const sentence = parts
    .map((part, at) => (at < parts.length - 1 ? part.replace(/\.$/, '') : part))
    .join(': ');
  return sentence + advice;
}
