import { PassThrough } from 'node:stream';
import { newReport, type Report } from './report.ts';

/** What a report wrote, by stream. */
async function written(options: { json?: boolean; quiet?: boolean }, use: (report: Report) => void) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const report = await newReport({ stdout, stderr, json: false, quiet: false, ...options });
  use(report);
  report.end();
  const textOf = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { stdout: textOf(stdout), stderr: textOf(stderr) };
}

const say = (report: Report): void => {
  report.note('a note');
  report.warn('take care');
  report.progress({ stage: 'restore', bytes: 1000, expected: 2000 });
  report.done({ done: true }, () => 'done');
};

describe('a report', () => {
  it('answers on standard output and says all else on standard error', async () => {
    expect(await written({}, say)).toEqual({
      stdout: 'done\n',
      stderr: 'a note\nwarning: take care\n',
    });
  });

  it('is one document on standard output with --json', async () => {
    expect((await written({ json: true }, say)).stdout).toBe('{"done":true}\n');
  });

  it('keeps warnings and answers with --quiet, and nothing else', async () => {
    expect(await written({ quiet: true }, say)).toEqual({ stdout: '', stderr: 'warning: take care\n' });
    const answered = await written({ quiet: true }, (report) => report.answer([], () => 'asked'));
    expect(answered.stdout).toBe('asked\n');
    const both = await written({ quiet: true, json: true }, say);
    expect(both.stdout).toBe('{"done":true}\n');
  });

  it('cannot be missed when it shouts', async () => {
    const { stderr } = await written({ quiet: true }, (report) => report.shout(['corrupt', 'look']));
    expect(stderr).toMatch(/^\*{78}\n\*\*\* corrupt\n\*\*\* look\n\*{78}\n$/);
  });

  it('lets no name from a cluster play with the terminal', async () => {
    const { stdout, stderr } = await written({}, (report) => {
      report.warn('\u001b[2Jgone');
      report.answer([], () => 'snapshot of \u001b]0;title\u0007prod');
    });
    expect(stderr).toBe('warning: \\u001b[2Jgone\n');
    expect(stdout).toBe('snapshot of \\u001b]0;title\\u0007prod\n');
  });
});
