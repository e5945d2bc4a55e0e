import { KlosetError } from '@etcd-kloset/errors';
import { Interrupted } from '../interrupted.ts';
import { UsageError } from '../usage-error.ts';
import { describeFailure, errorDocument, exitCodeOf } from './failure.ts';

const failure = new KlosetError('object.rotten', 'chunk x is damaged.', {
  advice: 'Put back a sound copy.',
  cause: new Error('EIO: read'),
});

describe('exit codes', () => {
  it.each([
    [new UsageError('--time is missing'), 2],
    [new KlosetError('etcd.bad-endpoint', 'x'), 2],
    [new KlosetError('key.bad-recipient', 'x'), 2],
    [failure, 1],
    [new TypeError('x'), 1],
    [new Interrupted('SIGINT'), 130],
    [new Interrupted('SIGTERM'), 143],
  ])('of %s', (error, exitCode) => {
    expect(exitCodeOf(error)).toBe(exitCode);
  });
});

describe('describeFailure', () => {
  it('says what happened, why, and what to do', () => {
    expect(describeFailure(failure)).toBe(
      'etcd-kloset: chunk x is damaged: EIO: read\nPut back a sound copy.',
    );
  });

  it('shows the stack only of what nobody foresaw', () => {
    expect(describeFailure(failure)).not.toContain('.spec.ts');
    expect(describeFailure(new TypeError('x is not a function'))).toMatch(
      /please report it: TypeError: x is not/,
    );
    expect(
      describeFailure(Object.assign(new Error('EMFILE: too many'), { syscall: 'open', code: 'EMFILE' })),
    ).toBe('etcd-kloset: EMFILE: too many');
  });
});

describe('errorDocument', () => {
  it('has the same three fields for every error', () => {
    expect(errorDocument(failure)).toEqual({
      code: 'object.rotten',
      message: 'chunk x is damaged: EIO: read',
      advice: 'Put back a sound copy.',
    });
    expect(errorDocument(new UsageError('no'))).toEqual({ code: 'usage', message: 'no', advice: null });
    expect(errorDocument(new TypeError('no'))).toEqual({ code: 'internal', message: 'no', advice: null });
    expect(errorDocument(new Interrupted('SIGTERM'))).toMatchObject({ code: 'interrupted', advice: null });
  });
});
