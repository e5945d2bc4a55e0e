import { constants } from 'node:os';

/** The reason with which work is aborted when the user, or the system, wants the program to end. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    // As a shell tells it.
    this.exitCode = 128 + constants.signals[signal];
  }
}
