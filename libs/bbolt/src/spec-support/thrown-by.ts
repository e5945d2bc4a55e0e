import { BoltError, type BoltErrorCode } from '../bolt-error.ts';

/** The code of the BoltError that `act` throws; undefined when it throws none. Any other error passes through. */
export function codeThrownBy(act: () => unknown): BoltErrorCode | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof BoltError) return error.code;
    throw error;
  }
  return undefined;
}
