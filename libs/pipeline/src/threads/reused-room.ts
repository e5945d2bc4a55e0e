/** A thread makes one chunk at a time: its large buffers serve for all of them. */
export function reusedRoom(): (bytes: number) => Buffer {
  let room = Buffer.alloc(0);
  return (bytes) => {
    if (room.length < bytes) room = Buffer.allocUnsafeSlow(bytes + (bytes >>> 3));
    return room.subarray(0, bytes);
  };
}
