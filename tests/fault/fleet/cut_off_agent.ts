import { type Cut, CutProxy } from "./cut_proxy.ts";
import type { FaultFleet } from "./fault_fleet.ts";
import type { FleetNode } from "./fleet_node.ts";

/** An agent that can be cut off from all servers. */
export class CutOffAgent implements AsyncDisposable {
  readonly node: FleetNode;
  readonly #proxies: readonly CutProxy[];

  constructor(fleet: FaultFleet, name: string, slots: number, tags: Record<string, string>) {
    this.#proxies = fleet.urls.map((url) => new CutProxy(new URL(url).host));
    this.node = fleet.newAgent(name, this.#proxies.map(({ address }) => `http://${address}`), slots, tags);
  }

  /** Cuts it off. */
  cut(how: Cut): void {
    for (const proxy of this.#proxies) proxy.cut(how);
  }

  /** Joins it again. */
  join(): void {
    for (const proxy of this.#proxies) proxy.join();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node.kill();
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
  }
}
