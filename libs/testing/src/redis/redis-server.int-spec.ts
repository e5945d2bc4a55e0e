import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { describeWith } from '../tools/describe-with.ts';
import { requireRedis } from '../tools/require-tools.ts';
import { answersPing } from './ping.ts';
import { RedisServer } from './redis-server.ts';

await describeWith(requireRedis(), 'a Redis server', (program) => {
  let server: RedisServer;
  afterEach(() => server.stop());

  async function ask(line: string): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(`${line}\r\n`);
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    await once(socket, 'close');
    return answer;
  }

  it('keeps what it acknowledged over kill -9 and a restart on the same port', async () => {
    server = await RedisServer.start(program);
    expect(await ask('SET key value')).toBe('+OK\r\n');
    await server.kill();
    expect(await answersPing(server.port)).toBe(false);
    await server.restart();
    expect(await ask('GET key')).toBe('$5\r\nvalue\r\n');
  });

  it('answers nothing while it is paused, ends all the same, and takes its folder with it', async () => {
    server = await RedisServer.start(program);
    server.pause();
    expect(await answersPing(server.port)).toBe(false);
    server.resume();
    expect(await answersPing(server.port)).toBe(true);
    server.pause();
    await server.stop();
    expect(existsSync(server.folder)).toBe(false);
  });

  it('takes another policy, no persistence, a password and further arguments', async () => {
    server = await RedisServer.start(program, {
      appendonly: false,
      maxmemoryPolicy: 'allkeys-lru',
      password: 'open sesame/1',
      args: ['--maxmemory', '5mb'],
    });
    expect(server.url).toBe(`redis://:open%20sesame%2F1@127.0.0.1:${server.port}`);
    expect(await answersPing(server.port)).toBe(false);
    expect(await answersPing(server.port, 'open sesame/1')).toBe(true);
    const asked = 'AUTH "open sesame/1"\r\nCONFIG GET maxmemory*';
    expect(await ask(asked)).toContain('allkeys-lru');
    expect(await ask(asked)).toContain('5242880');
  });

  it('says what is wrong when it does not start', async () => {
    server = await RedisServer.start(program);
    await expect(RedisServer.start(program, { args: ['--no-such-option', 'x'] })).rejects.toThrow(
      /stopped before it was ready[^]*no-such-option/,
    );
  });
});
