// A WebSocket proxy before the sandbox node that can vanish, come back, and change what the node says.
// SPDX-License-Identifier: Apache-2.0
import { WebSocket, WebSocketServer } from "ws";

export class NodeProxy {
  /** @param {string} upstream ws url of the real node */
  static start(upstream) {
    const proxy = new NodeProxy(upstream);
    return proxy.return_to_service().then(() => proxy);
  }

  constructor(upstream) {
    this.upstream = upstream;
    this.port = 0;
    this.tamper = (text) => text;
    this.pairs = new Set();
  }

  get url() {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Listens (again, on the same port). */
  return_to_service() {
    this.server = new WebSocketServer({ host: "127.0.0.1", port: this.port, maxPayload: 1 << 28 });
    this.server.on("connection", (client) => this.#connect(client));
    return new Promise((resolve) =>
      this.server.once("listening", () => {
        this.port = this.server.address().port;
        resolve();
      }),
    );
  }

  #connect(client) {
    const node = new WebSocket(this.upstream, { maxPayload: 1 << 28 });
    const waiting = [];
    const pair = { client, node };
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      client.terminate();
      node.terminate();
    };
    node.on("open", () => waiting.splice(0).forEach((text) => node.send(text)));
    client.on("message", (data) => (node.readyState === WebSocket.OPEN ? node.send(data.toString()) : waiting.push(data.toString())));
    node.on("message", (data) => client.send(this.tamper(data.toString())));
    for (const side of [client, node]) side.on("close", end).on("error", end);
  }

  /** Every connection breaks and nobody listens any more. */
  async vanish() {
    for (const { client, node } of this.pairs) {
      client.terminate();
      node.terminate();
    }
    this.pairs.clear();
    await new Promise((resolve) => this.server.close(resolve));
  }

  stop() {
    return this.vanish().catch(() => {}); // closed already is closed
  }
}
