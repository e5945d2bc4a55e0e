/** Starts a Redis on the state folder named, says its address, and waits to be killed. */
import { startOwnRedis } from '../redis/own-redis.ts';
import { openStateFolder } from '../state/state-folder.ts';

const [, , folder, program] = process.argv;
const redis = await startOwnRedis(await openStateFolder(folder!), program!, () => undefined);
process.stdout.write(`${redis.url}\n`);
setInterval(() => undefined, 60_000);
