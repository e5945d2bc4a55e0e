import { type EtcdMember, type RedisServer } from '@etcd-kloset/testing';
import { type ChaosService } from './chaos-service.ts';
import { type Fault } from './fault-plan.ts';
import { type Loss, type PowerLoss } from './power-loss.ts';
import { type TcpProxy } from './tcp-proxy.ts';

/** Something that can be killed, paused and cut off; each call is undone by the one beside it. */
export interface Victim {
  /** @returns what may be lost by that */
  kill(fault: Pick<Fault, 'loses'>): Promise<Loss | undefined>;
  startAgain(): Promise<void>;
  pause(): void;
  resume(): void;
  /** All ways to it, or from it. */
  readonly proxies: readonly TcpProxy[];
}

export function serviceVictim(service: ChaosService): Victim {
  return {
    async kill() {
      await service.kill();
      return undefined;
    },
    startAgain() {
      service.start();
      return Promise.resolve();
    },
    pause: () => service.pause(),
    resume: () => service.resume(),
    proxies: [service.proxy],
  };
}

export function redisVictim(server: RedisServer, powerLoss: PowerLoss, proxies: readonly TcpProxy[]): Victim {
  return {
    async kill({ loses }) {
      if (loses) return powerLoss.befall();
      await server.kill();
      return undefined;
    },
    startAgain: () => server.restart(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    proxies,
  };
}

export function etcdVictim(member: EtcdMember, proxy: TcpProxy): Victim {
  return {
    async kill() {
      await member.kill();
      return undefined;
    },
    // Others of its cluster may be away: then it is not healthy.
    startAgain: () => member.start({ until: 'launched' }),
    pause: () => member.pause(),
    resume: () => member.resume(),
    proxies: [proxy],
  };
}

/** Lets a fault begin. @returns what ends it */
export async function befall(
  victim: Victim,
  fault: Fault,
  onLoss: (loss: Loss) => void,
): Promise<() => Promise<void>> {
  switch (fault.how) {
    case 'kill': {
      const loss = await victim.kill(fault);
      if (loss !== undefined) onLoss(loss);
      return () => victim.startAgain();
    }
    case 'pause':
      victim.pause();
      return () => {
        victim.resume();
        return Promise.resolve();
      };
    case 'drop':
    case 'blackhole': {
      for (const proxy of victim.proxies) proxy.cut(fault.how);
      return () => {
        for (const proxy of victim.proxies) proxy.heal();
        return Promise.resolve();
      };
    }
  }
}
