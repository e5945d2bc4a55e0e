/** A program that tests run against is not on this machine and could not be had. The message says why. */
export class ToolUnavailableError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ToolUnavailableError';
  }
}
