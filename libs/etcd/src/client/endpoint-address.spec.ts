import { EtcdError } from './etcd-error.ts';
import { addressKey, parseEndpoint } from './endpoint-address.ts';

describe('an endpoint', () => {
  it.each([
    ['127.0.0.1:2379', '127.0.0.1', 2379, undefined],
    ['etcd-1.example:2379', 'etcd-1.example', 2379, undefined],
    ['http://etcd-1:2379', 'etcd-1', 2379, false],
    ['https://etcd-1.example:443/', 'etcd-1.example', 443, true],
    ['HTTPS://[fd00::1]:2379', 'fd00::1', 2379, true],
    ['[::1]:2379', '::1', 2379, undefined],
    ['  localhost:1 ', 'localhost', 1, undefined],
    ['my_etcd:65535', 'my_etcd', 65535, undefined],
  ])('%s is understood', (text, host, port, secure) => {
    expect(parseEndpoint(text)).toEqual({ text: text.trim(), host, port, secure });
  });

  it.each([
    ['', 'no valid host'],
    [':2379', 'no valid host'],
    ['https://:2379', 'no valid host'],
    ['etcd-1', 'names no port'],
    ['https://etcd-1.example', 'names no port'],
    ['etcd-1:', 'no valid host'],
    ['etcd-1:0', 'no valid port'],
    ['etcd-1:65536', 'no valid port'],
    ['etcd-1:123456', 'no valid host'],
    ['etcd-1:2379/path', 'no valid host'],
    ['::1', 'without brackets'],
    ['fd00::1:2379', 'without brackets'],
    ['[fd00::1]', 'names no port'],
    ['[etcd-1]:2379', 'no valid host'],
    ['[fe80::1%eth0]:2379', 'no valid host'],
    ['-etcd:2379', 'no valid host'],
    ['a:1,b:2', 'a list of endpoints'],
    ['unix:///run/etcd.sock', 'not supported: unix'],
    ['grpc://etcd:2379', 'not supported: grpc'],
  ])('%j is refused: %s', (text, why) => {
    const parse = () => parseEndpoint(text);
    expect(parse).toThrow(EtcdError);
    expect(parse).toThrow(why);
  });

  it('is refused with a password in it, and the password is not repeated', () => {
    expect.assertions(2);
    try {
      parseEndpoint('https://root:secret@etcd:2379');
    } catch (error) {
      expect(error).toMatchObject({ code: 'etcd.bad-endpoint' });
      expect(String(error)).not.toContain('secret');
    }
  });

  it('is the same however its host is written', () => {
    const keys = ['https://ETCD.example:2379', 'etcd.example:2379', 'http://etcd.Example:2379/'];
    expect(new Set(keys.map((text) => addressKey(parseEndpoint(text)))).size).toBe(1);
    expect(addressKey(parseEndpoint('[FD00::1]:2379'))).toBe('[fd00::1]:2379');
  });
});
