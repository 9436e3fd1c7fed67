// A WebSocket proxy before the sandbox node, plain or with TLS, that can vanish, come back, and change what the node says.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as plain_server } from "node:http";
import { createServer as tls_server } from "node:https";
import { join } from "node:path";
import { WebSocket, WebSocketServer } from "ws";

/** A key and a certificate for 127.0.0.1 that nobody else has signed; the certificate's file is what has to be trusted. */
export function self_signed(directory, name) {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", `/CN=${name}`,
    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert), file: cert };
}

export class NodeProxy {
  /** @param {string} upstream ws url of the real node; `tls`: {key, cert} to be reached by wss:// */
  static start(upstream, tls = null) {
    const proxy = new NodeProxy(upstream);
    proxy.tls = tls;
    return proxy.return_to_service().then(() => proxy);
  }

  constructor(upstream) {
    this.upstream = upstream;
    this.port = 0;
    this.tamper = (text) => text;
    /** (request, its number on the connection, the node's answer) => the answer that is given: lies about one thing. */
    this.lie = null;
    this.pairs = new Set();
  }

  get url() {
    return `${this.tls ? "wss" : "ws"}://127.0.0.1:${this.port}`;
  }

  /** Listens (again, on the same port). */
  return_to_service() {
    this.http = this.tls ? tls_server({ key: this.tls.key, cert: this.tls.cert }) : plain_server();
    this.server = new WebSocketServer({ server: this.http, maxPayload: 1 << 28 });
    this.server.on("connection", (client) => this.#connect(client));
    return new Promise((resolve) =>
      this.http.listen(this.port, "127.0.0.1", () => {
        this.port = this.http.address().port;
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
    const asked = new Map(); // by id: [request, number]
    client.on("message", (data) => {
      if (this.lie) for (const request of [JSON.parse(data)].flat()) asked.set(request.id, [request, asked.size]);
      if (node.readyState === WebSocket.OPEN) node.send(data.toString());
      else waiting.push(data.toString());
    });
    node.on("message", (data) => client.send(this.tamper(asked.size > 0 ? this.#lied(data, asked) : data.toString())));
    for (const side of [client, node]) side.on("close", end).on("error", end);
  }

  #lied(data, asked) {
    const answer = JSON.parse(data);
    const lied = (one) => (this.lie && asked.has(one.id) ? this.lie(...asked.get(one.id), one) : one);
    return JSON.stringify(Array.isArray(answer) ? answer.map(lied) : lied(answer));
  }

  /** Every connection breaks and nobody listens any more. */
  async vanish() {
    for (const { client, node } of this.pairs) {
      client.terminate();
      node.terminate();
    }
    this.pairs.clear();
    this.server.close();
    await new Promise((resolve) => this.http.close(resolve));
  }

  stop() {
    return this.vanish().catch(() => {}); // closed already is closed
  }
}
