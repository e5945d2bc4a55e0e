import { type StoreConfig } from '../config/configuration.ts';
import { checkHealth } from './check-health.ts';
import { within } from './within.ts';

const config = { name: 'main', kind: 'sftp' } as StoreConfig;

describe('a look at the health of a store', () => {
  it('ends in time when the store never answers', async () => {
    const health = await checkHealth({ config, look: () => new Promise(() => undefined) }, 10);
    expect(health).toMatchObject({
      name: 'main',
      kind: 'sftp',
      healthy: false,
      error: { code: 'store.hangs' },
    });
  });

  it('does not take a fault of the program for one of the store', async () => {
    const look = () => Promise.reject(new TypeError('x is not a function'));
    await expect(checkHealth({ config, look }, 1000)).rejects.toThrow(TypeError);
  });
});

describe('within', () => {
  it('gives what comes in time, an error too, and is not disturbed by what comes late', async () => {
    const late = () => new Error('late');
    await expect(within(Promise.resolve(1), 1000, late)).resolves.toBe(1);
    await expect(within(Promise.reject(new Error('own')), 1000, late)).rejects.toThrow('own');
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(within(promise, 1, late)).rejects.toThrow('late');
    reject(new Error('nobody waits'));
  });
});
