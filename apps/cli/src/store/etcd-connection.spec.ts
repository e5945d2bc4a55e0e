import { type Source } from '../options/settle.ts';
import { type Report } from '../output/report.ts';
import { etcdConnection } from './etcd-connection.ts';

type Options = Parameters<typeof etcdConnection>[0];

const none: Options = {
  endpoints: ['127.0.0.1:2379'],
  cacert: undefined,
  cert: undefined,
  key: undefined,
  tlsServerName: undefined,
  insecureSkipTlsVerify: undefined,
  insecureTransport: undefined,
  user: undefined,
  password: undefined,
  passwordFile: undefined,
  dialTimeout: undefined,
  commandTimeout: undefined,
  hashTimeout: undefined,
  stallTimeout: undefined,
  onlyEndpoints: undefined,
};

function connection(typed: Partial<Options>, environment: Partial<Options> = {}) {
  const sourceOf = (name: string): Source =>
    name in typed ? 'command line' : name in environment ? 'environment' : 'default';
  return etcdConnection({ ...none, ...environment, ...typed }, sourceOf, {} as Report);
}

describe('etcdConnection', () => {
  it('has no TLS unless something of it is named', async () => {
    await expect(connection({})).resolves.toMatchObject({ tls: undefined, auth: undefined });
    await expect(connection({ cacert: 'ca.crt' })).resolves.toMatchObject({ tls: { caFile: 'ca.crt' } });
    await expect(connection({ insecureSkipTlsVerify: true })).resolves.toMatchObject({
      tls: { insecureSkipVerify: true },
    });
    await expect(connection({ insecureTransport: false })).resolves.toHaveProperty('tls.caFile', undefined);
    await expect(connection({ insecureTransport: true })).resolves.toMatchObject({ tls: undefined });
  });

  it('takes the password with the user, or by itself', async () => {
    await expect(connection({ user: 'root:a:b' })).resolves.toMatchObject({
      auth: { user: 'root', password: 'a:b' },
    });
    await expect(connection({ user: 'root' }, { password: 'p' })).resolves.toMatchObject({
      auth: { user: 'root', password: 'p' },
    });
    await expect(connection({ user: 'root:typed' }, { password: 'p' })).resolves.toMatchObject({
      auth: { password: 'typed' },
    });
  });

  it.each([
    [{ cert: 'c' }, '--cert is given without --key'],
    [{ key: 'k' }, '--key is given without --cert'],
    [{ user: 'root' }, 'no password for the user "root"'],
    [{ user: ':p' }, '--user has no name'],
    [{ password: 'p' }, 'without --user'],
    [{ user: 'root:p', password: 'q' }, 'more than one way'],
    [{ endpoints: [] }, '--endpoints is empty'],
    [{ endpoints: ['10.0.0.1'] }, 'names no port'],
  ])('refuses %j', async (typed, reason) => {
    await expect(connection(typed)).rejects.toThrow(reason);
  });

  it('ignores a password of the environment that no user goes with', async () => {
    await expect(connection({}, { password: 'p' })).resolves.toMatchObject({ auth: undefined });
  });
});
