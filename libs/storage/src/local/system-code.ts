import { constants } from 'node:os';

/** Numbers for which Node has no name: it calls them `Unknown system error -122`. Linux' own, then the machine's. */
const unnamed: ReadonlyMap<number, string> = new Map([
  [117, 'EUCLEAN'],
  [constants.errno.ESTALE, 'ESTALE'],
  [constants.errno.EDQUOT, 'EDQUOT'],
]);

/** The name of the system error, such as `ENOENT`; undefined when it is an error of another kind. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error)) {
    return undefined;
  }
  const { code } = error;
  if (typeof code !== 'string') return undefined;
  if (/^E[A-Z0-9]+$/.test(code)) return code;
  const errno = 'errno' in error && typeof error.errno === 'number' ? -error.errno : undefined;
  return (errno === undefined ? undefined : unnamed.get(errno)) ?? code;
}

export function hasSystemCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = systemCode(error);
  return code !== undefined && codes.includes(code);
}
