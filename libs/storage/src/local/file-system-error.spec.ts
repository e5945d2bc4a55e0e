import { StorageError } from '../storage-error.ts';
import { fromFileSystem } from './file-system-error.ts';
import { hasSystemCode, systemCode } from './system-code.ts';
import { systemError } from './testing/system-error.ts';

describe('fromFileSystem', () => {
  it.each([
    ['ENOSPC', 'storage.full', false],
    ['EDQUOT', 'storage.full', false],
    ['EFBIG', 'storage.too-large', false],
    ['EROFS', 'storage.read-only', false],
    ['EACCES', 'storage.denied', false],
    ['EPERM', 'storage.denied', false],
    ['EIO', 'storage.io', false],
    ['EUCLEAN', 'storage.io', false],
    ['EXDEV', 'storage.io', false],
    ['ENAMETOOLONG', 'storage.name-too-long', false],
    ['EISDIR', 'storage.not-an-object', false],
    ['ELOOP', 'storage.not-an-object', false],
    ['ESTALE', 'storage.unreachable', true],
    ['ETIMEDOUT', 'storage.unreachable', true],
    ['ENOTCONN', 'storage.unreachable', true],
    ['EMFILE', 'storage.busy', true],
    ['EAGAIN', 'storage.busy', true],
    ['EBADMSG', 'storage.io', false],
  ])('makes %s to %s, retryable: %s, with advice and the cause', (system, code, retryable) => {
    const cause = systemError(system);
    expect(fromFileSystem(cause, 'put a', 'file:///srv')).toMatchObject({
      code,
      retryable,
      message: expect.stringMatching(/^Could not put a in file:\/\/\/srv: .+\.$/) as unknown,
      advice: expect.stringMatching(/\.$/) as unknown,
      context: { system },
      cause,
    });
  });

  it('leaves alone what says enough, what was aborted, and what is a mistake of ours', () => {
    const said = new StorageError('storage.not-found', 'It is not there.');
    const aborted = AbortSignal.abort().reason as unknown;
    const mistake = new TypeError('x is not a function');
    const misuse = Object.assign(new TypeError('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' });
    for (const error of [said, aborted, mistake, misuse, 'text', undefined, null]) {
      expect(fromFileSystem(error, 'put a', 'file:///srv')).toBe(error);
    }
  });
});

describe('systemCode', () => {
  it('finds the name of errors that Node gives only a number', () => {
    const quota = Object.assign(new Error(), {
      code: 'Unknown system error -122',
      errno: -122,
      syscall: 'write',
    });
    const other = Object.assign(new Error(), {
      code: 'Unknown system error -999',
      errno: -999,
      syscall: 'write',
    });
    expect(systemCode(quota)).toBe('EDQUOT');
    expect(systemCode(other)).toBe('Unknown system error -999');
    expect(hasSystemCode(quota, 'EIO', 'EDQUOT')).toBe(true);
    expect(hasSystemCode(quota, 'EIO')).toBe(false);
    expect(hasSystemCode(undefined, 'EIO')).toBe(false);
  });
});
