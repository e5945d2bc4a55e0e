import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

export function inRepository(...names: string[]): string {
  return path.join(ROOT, ...names);
}

/** The text of a file of the repository. */
export function text(...names: string[]): string {
  return readFileSync(inRepository(...names), 'utf8');
}
