import { type Random } from './random.ts';

export const HOWS = ['kill', 'pause', 'drop', 'blackhole'] as const;
export type How = (typeof HOWS)[number];

/** One thing that goes wrong. */
export interface Fault {
  /** After the one before, in ms. */
  readonly afterMs: number;
  readonly victim: string;
  readonly how: How;
  /** How long it stays so; what is killed is started again after it. */
  readonly forMs: number;
  /** It goes on while other things go wrong; some last longer than locks do. */
  readonly goesOn: boolean;
  /** Of a Redis that is killed: with its last second. */
  readonly loses: boolean;
}

/** Locks last 30 s. */
const LONG_MS = [32_000, 40_000] as const;
const SHORT_MS = [200, 5000] as const;
/** About as many rounds as a long fault lasts. */
const LONG_ROUNDS = 12;

/** Chooses all faults beforehand, so that the seed alone decides. @param kinds the victims, by what they are */
export function planFaults(
  random: Random,
  rounds: number,
  kinds: Readonly<Record<string, readonly string[]>>,
): Fault[] {
  const faults: Fault[] = [];
  let long: { readonly victim: string; readonly round: number } | undefined;
  for (let round = 0; round < rounds; round++) {
    if (long !== undefined && round - long.round > LONG_ROUNDS) long = undefined;
    // A kind first: there are more of some than of others.
    const victims = random.pick(Object.values(kinds)).filter((name) => name !== long?.victim);
    const victim = random.pick(victims.length > 0 ? victims : Object.values(kinds)[0]!);
    const how = random.pick<How>(['kill', 'kill', 'kill', 'pause', 'pause', 'drop', 'blackhole']);
    const mayBeLong = how === 'pause' || how === 'blackhole';
    const isLong = random.chance(0.3) && mayBeLong && long === undefined;
    if (isLong) long = { victim, round };
    const [least, most] = isLong ? LONG_MS : SHORT_MS;
    faults.push({
      afterMs: Math.round(random.between(0, 2500)),
      victim,
      how,
      forMs: Math.round(random.between(least, how === 'kill' ? 2500 : most)),
      goesOn: random.chance(0.25) || isLong,
      loses: random.chance(0.5),
    });
  }
  return faults;
}
