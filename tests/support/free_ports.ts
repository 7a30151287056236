/** Ports that outgoing connections are not given by Linux, so that a free one stays free. */
const FIRST = 20_000, LAST = 32_000;

/** So many ports of 127.0.0.1 that are free, and the one below each too. */
export function freePortPairs(count: number): number[] {
  const held: Deno.Listener[] = [];
  const found: number[] = [];
  try {
    for (let tries = 0; found.length < count && tries < 1_000; tries++) {
      const port = FIRST + 2 * Math.floor(Math.random() * (LAST - FIRST) / 2) + 1;
      const pair = hold([port - 1, port]);
      held.push(...pair);
      if (pair.length === 2) found.push(port);
    }
  } finally {
    for (const listener of held) listener.close();
  }
  if (found.length < count) throw new Error(`Cannot find ${count} pairs of free ports`);
  return found;
}

function hold(ports: readonly number[]): Deno.Listener[] {
  return ports.flatMap((port) => {
    try {
      return [Deno.listen({ hostname: "127.0.0.1", port })];
    } catch (thrown) {
      if (thrown instanceof Deno.errors.AddrInUse) return [];
      throw thrown;
    }
  });
}

/** Ports that are free now: asked for together, so that no two are the same. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
