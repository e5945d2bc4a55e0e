/** A server-sent event (WHATWG HTML, 9.2), its data parsed. */
export interface SentEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: unknown;
}

/** The events of a stream whose data is JSON in one line, until it ends. Comments and other fields are passed over. */
export async function* sentEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<SentEvent, void, undefined> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      // What stands after the last empty line has not ended yet.
      text = blocks.pop()!;
      for (const block of blocks) {
        const event = parse(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): SentEvent | undefined {
  const field = (name: string): string | undefined => {
    const line = block.split('\n').find((each) => each.startsWith(`${name}:`));
    return line?.slice(name.length + 1).trimStart();
  };
  const data = field('data');
  if (data === undefined) return undefined;
  return { id: field('id'), type: field('event') ?? 'message', data: JSON.parse(data) };
}
