import { connect } from 'node:net';

const ANSWER_LIMIT_MS = 1000;

/** Whether a Redis server answers PING: not while it still loads its data. Speaks the protocol itself, without a client library. */
export function answersPing(port: number, password?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.setEncoding('utf8').setTimeout(ANSWER_LIMIT_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => {
      if (password !== undefined) socket.write(command('AUTH', password));
      socket.write(command('PING'));
    });
    socket.on('data', (piece: string) => {
      said += piece;
      if (said.includes('+PONG\r\n')) end(true);
      if (said.startsWith('-') || said.includes('\n-')) end(false);
    });
  });
}

function command(...words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
