import type { Bell } from "../bell/mod.ts";
import { BEATS_BELL, type Liveness, Peers } from "../claim/mod.ts";
import { LIVE_BELL, type Outputs } from "../output/mod.ts";
import { sweepSlots } from "../kv/mod.ts";
import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { type Catalogue, Feed, FEED_BELL, type Graph, type HeldJobs, type Store } from "../store/mod.ts";

/** What a server among others works with. */
export interface FleetDeps {
  store: Store;
  catalogue: Catalogue;
  graph: Graph;
  held: HeldJobs;
  liveness: Liveness;
  outputs: Outputs;
  bell: Bell;
  clock: Clock;
  log: Log;
  name: string;
  version: string;
  /** Where this server takes requests, as `host:port`. */
  address: () => string;
  incarnation: string;
}

/** This server among the others on its store: who they are, and what they have changed. */
export class Fleet {
  readonly feed: Feed;
  readonly peers: Peers;
  readonly #deps: FleetDeps;
  /** One reading at a time. */
  #reading: Promise<void> = Promise.resolve();

  constructor(deps: FleetDeps) {
    const { outputs } = deps;
    this.#deps = deps;
    this.feed = new Feed({ ...deps, reload: () => this.#reload() });
    this.peers = new Peers({
      ...deps,
      feedNext: () => this.feed.next,
      followed: () => outputs.followedHere(),
      liveNext: () => outputs.liveNext,
      onLook: (others, versionstamp) => {
        outputs.followedElsewhere(others);
        return this.feed.follow(new Map(others.map((peer) => [peer.incarnation, peer.feedNext])), versionstamp);
      },
      sweep: async (incarnation) => {
        await this.feed.sweep(incarnation);
        await outputs.sweep(incarnation);
        await sweepSlots(deps.store.engine.kv, (of) => of === incarnation);
      },
    });
    outputs.onFollowHere(() => this.peers.hurry());
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const onOther = (name: string, look: () => void) =>
      this.#deps.bell.on(name, (by) => {
        if (by === "other") look();
      });
    using _feed = onOther(FEED_BELL, () => this.feed.look());
    using _beats = onOther(BEATS_BELL, () => this.peers.hurry());
    using _live = onOther(LIVE_BELL, () => this.#deps.outputs.lookElsewhere());
    await Promise.all([this.feed.run(signal), this.peers.run(signal), this.#deps.outputs.run(signal)]);
    await this.#leave();
  }

  /** What it said of itself goes last: as long as that is there, others will remove what else is left. */
  async #leave(): Promise<void> {
    const { incarnation, log } = this.#deps;
    try {
      await this.feed.sweep(incarnation);
      await this.peers.leave();
    } catch (thrown) {
      log.warn(`Cannot say that this server stops: ${messageOf(thrown)}`, { error: thrown });
    }
  }

  /** Reads again what other servers may have changed without telling. */
  #reload(): Promise<void> {
    const { store, catalogue, graph, held, liveness } = this.#deps;
    const read = () => Promise.all([liveness.load(store), catalogue.load(), graph.load(), held.load()]).then(() => {});
    this.#reading = this.#reading.then(read, read);
    return this.#reading;
  }
}
