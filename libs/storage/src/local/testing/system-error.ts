import { constants } from 'node:os';

const numbers: Readonly<Record<string, number>> = constants.errno;

/** An error as Node's file-system functions throw it. */
export function systemError(code: string, syscall = 'test'): Error {
  return Object.assign(new Error(`${code}: injected, ${syscall}`), {
    code,
    syscall,
    errno: -(numbers[code] ?? 1),
  });
}
