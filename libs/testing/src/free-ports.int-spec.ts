import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';

const HERE = path.join(import.meta.dirname, 'free-ports.ts');

describe('free ports', () => {
  it('are never given twice, and can be listened on', async () => {
    const calls = await Promise.all([freePorts(20), freePorts(20), freePorts(20)]);
    const ports = calls.flat();
    expect(new Set(ports).size).toBe(60);
    for (const port of ports.slice(0, 3)) {
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
  });

  it('stay ours while nobody listens on them: another process gets others', async () => {
    const ours = await freePorts(100);
    const script = `const { freePorts } = await import(process.argv[1]); console.log(JSON.stringify(await freePorts(500)))`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      HERE,
    ]);
    const theirs = new Set(JSON.parse(stdout) as number[]);
    expect(theirs.size).toBe(500);
    expect(ours.filter((port) => theirs.has(port))).toEqual([]);
  });
});
