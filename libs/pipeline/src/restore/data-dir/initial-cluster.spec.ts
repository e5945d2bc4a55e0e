import { PipelineError } from '../../errors.ts';
import { initialClusterText, parseInitialCluster, parsePeerUrls } from './initial-cluster.ts';

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('parseInitialCluster', () => {
  it('reads members in the order given, with all their URLs', () => {
    const text = 'm1=http://10.0.0.1:2380,m2=https://[::1]:2380,m1=http://10.1.0.1:2380';
    const cluster = parseInitialCluster(text);
    expect([...cluster]).toEqual([
      ['m1', ['http://10.0.0.1:2380', 'http://10.1.0.1:2380']],
      ['m2', ['https://[::1]:2380']],
    ]);
    expect(initialClusterText(cluster)).toBe(
      'm1=http://10.0.0.1:2380,m1=http://10.1.0.1:2380,m2=https://[::1]:2380',
    );
  });

  it.each([
    '',
    'm1',
    '=http://a:1',
    'm1=',
    'm1=10.0.0.1:2380',
    'm1=http://a',
    'm1=http://a:1/x',
    'm1=http://a:1,',
  ])('refuses %j', (text) => {
    expect(() => parseInitialCluster(text)).toThrow(PipelineError);
  });
});

describe('parsePeerUrls', () => {
  it('reads several', () => {
    expect(parsePeerUrls('http://a:1, http://b:2')).toEqual(['http://a:1', 'http://b:2']);
  });

  it('refuses what is no URL of a peer', () => {
    expect(() => parsePeerUrls('http://a:1,b')).toThrow(withCode('restore.bad-member'));
  });
});
