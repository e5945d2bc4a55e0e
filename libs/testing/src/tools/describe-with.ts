import { ToolUnavailableError } from './tool-unavailable.ts';

/**
 * `describe` for a suite that needs a program which may not be on this machine:
 *
 *     await describeWith(requireEtcd('3.6'), 'a cluster of etcd 3.6', (etcd) => { it(...) });
 *
 * Where the tool cannot be had the suite is skipped and says how to get it; under CI it fails, since a
 * check that silently does not run is worth nothing.
 */
export async function describeWith<Tool>(
  tool: Promise<Tool>,
  title: string,
  suite: (tool: Tool) => void,
): Promise<void> {
  let had: Tool;
  try {
    had = await tool;
  } catch (error) {
    if (error instanceof ToolUnavailableError && process.env['CI'] !== 'true') skip(title, error);
    else fail(title, error);
    return;
  }
  describe(title, () => suite(had));
}

function skip(title: string, reason: ToolUnavailableError): void {
  describe(title, () => {
    it.skip(`needs a program: ${reason.message}`, () => undefined);
  });
}

function fail(title: string, reason: unknown): void {
  describe(title, () => {
    it('has the programs it needs', () => {
      throw reason;
    });
  });
}
